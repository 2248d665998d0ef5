package io.headrace.engine.sink.roll;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the sink {@code file_roll}. Keys are Flume's, except {@code sink.partitionHeader}, {@code
 * sink.maxOpenFiles} and {@code sink.maxBatchBytes}. {@code sink.batchSize} is 100 in Flume; here a batch is a lease of
 * whole frames, which is bounded by bytes as well; while more waits one sync covers several.
 */
public record FileRollSettings(
        @Setting(key = "sink.directory", doc = "The folder of the files; it is made if there is none.")
        String directory,

        @Setting(
                key = "sink.rollInterval",
                byDefault = "30",
                unit = "s",
                min = 0,
                doc = "A file is completed so long after it was begun; 0: only at stop.")
        Duration rollInterval,

        @Setting(
                key = "sink.batchSize",
                byDefault = "65536",
                unit = "events",
                min = 1,
                doc = "Most events of one lease; while more waits, one sync covers several leases, 8 MiB.")
        int batchSize,

        @Setting(
                key = "sink.maxBatchBytes",
                byDefault = "4194304",
                unit = "bytes",
                min = 1,
                doc = "Most bytes of one lease.")
        long maxBatchBytes,

        @Setting(
                key = "sink.serializer",
                byDefault = "text",
                word = true,
                names = ComponentProvider.OfSerializer.class,
                doc = "How events stand in the file.")
        String serializer,

        @Setting(key = "sink.serializer.*", doc = "Settings of the serializer, e.g. sink.serializer.appendNewline.")
        Map<String, String> serializerSettings,

        @Setting(
                key = "sink.pathManager",
                byDefault = "default",
                doc =
                        "default: <prefix>[partition-]<start millis>-<index>[.extension]; rolltime: with yyyyMMddHHmmss, when"
                                + " the file was begun, in place of the start.")
        PathManager pathManager,

        @Setting(key = "sink.pathManager.prefix", doc = "What file names begin with.")
        Optional<String> prefix,

        @Setting(key = "sink.pathManager.extension", doc = "What file names end with, after a dot.")
        Optional<String> extension,

        @Setting(
                key = "sink.partitionHeader",
                doc =
                        "Name of a header; events with different values go to different files, whose names carry the value.")
        Optional<String> partitionHeader,

        @Setting(
                key = "sink.maxOpenFiles",
                byDefault = "100",
                min = 1,
                doc = "Files held open; the one not written for longest is closed first and opened again when needed.")
        int maxOpenFiles,

        @Setting(
                key = "sink.maxFilesInProgress",
                byDefault = "10000",
                min = 1,
                doc = "Files begun and not completed; the one not written for longest is completed first.")
        int maxFilesInProgress) {
    /** Bytes that prefix and extension leave for the rest of a file name, of which Linux allows 255. */
    private static final int LONGEST_AFFIXES = 128;

    public FileRollSettings {
        prefix.ifPresent(text -> requireName("sink.pathManager.prefix", text));
        extension.ifPresent(text -> requireName("sink.pathManager.extension", text));
        if (affixBytes(prefix, extension) > LONGEST_AFFIXES) {
            throw new ConfigurationException("sink.pathManager.prefix: " + prefix.orElse("") + " with extension "
                    + extension.orElse("") + " (expected: at most " + LONGEST_AFFIXES + " bytes for both)");
        }
    }

    /** Bytes of prefix and extension in a file name. */
    int affixBytes() {
        return affixBytes(prefix, extension);
    }

    private static int affixBytes(Optional<String> prefix, Optional<String> extension) {
        return (prefix.orElse("") + extension.orElse("")).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Files of another folder than the sink's would not be found again after a kill. */
    private static void requireName(String key, String text) {
        if (text.chars().anyMatch(c -> c == '/' || c < ' ' || c == 0x7F)) {
            throw new ConfigurationException(key + ": " + text
                    + " (expected: part of a file name, without control characters; sink.directory names the folder)");
        }
    }

    /** How files are named, as in Flume. */
    public enum PathManager {
        /** By the time at which the series was begun. */
        DEFAULT,
        /** By the time at which the file was begun. */
        ROLLTIME
    }
}

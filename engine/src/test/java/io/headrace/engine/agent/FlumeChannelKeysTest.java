package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every parameter of Flume 1.11's memory, file and spillable channel is taken; those without a meaning are named. */
class FlumeChannelKeysTest {
    private static final List<String> FILE_KEYS = List.of(
            "checkpointDir = /tmp/c",
            "dataDirs = /tmp/d1, /tmp/d2",
            "transactionCapacity = 1000",
            "checkpointInterval = 30000",
            "useDualCheckpoints = true",
            "backupCheckpointDir = /tmp/b",
            "compressBackupCheckpoint = true",
            "maxFileSize = 2146435071",
            "minimumRequiredSpace = 524288000",
            "use-log-replay-v1 = false",
            "use-fast-replay = false",
            "checkpointOnClose = true",
            "fsyncPerTransaction = true",
            "fsyncInterval = 5");

    private static final String[] FILE_KEYS_WITHOUT_EFFECT = {
        "checkpointInterval",
        "useDualCheckpoints",
        "backupCheckpointDir",
        "compressBackupCheckpoint",
        "use-log-replay-v1",
        "use-fast-replay",
        "checkpointOnClose",
        "fsyncInterval",
        "maxFileSize"
    };

    @Test
    void shouldTakeEveryKeyOfFlumesMemoryChannel() {
        List<ConfigurationProblem> problems = problems(
                "memory",
                List.of(
                        "capacity = 10000",
                        "transactionCapacity = 1000",
                        "keep-alive = 3",
                        "byteCapacity = 800000",
                        "byteCapacityBufferPercentage = 20"));
        assertNamedOnce(problems, "byteCapacityBufferPercentage");
    }

    @Test
    void shouldTakeEveryKeyOfFlumesFileChannel() {
        List<String> keys = new ArrayList<>(FILE_KEYS);
        keys.add("capacity = 1000000");
        keys.add("keep-alive = 3");
        assertNamedOnce(problems("file", keys), FILE_KEYS_WITHOUT_EFFECT);
    }

    @Test
    void shouldTakeEveryKeyOfFlumesSpillableChannel() {
        List<String> keys = new ArrayList<>(FILE_KEYS);
        keys.add("memoryCapacity = 10000");
        keys.add("overflowCapacity = 1000000");
        keys.add("overflowTimeout = 3");
        keys.add("overflowDeactivationThreshold = 5");
        keys.add("byteCapacity = 800000");
        keys.add("byteCapacityBufferPercentage = 20");
        keys.add("avgEventSize = 500");
        List<String> named = new ArrayList<>(List.of(FILE_KEYS_WITHOUT_EFFECT));
        named.addAll(List.of(
                "overflowTimeout", "overflowDeactivationThreshold", "byteCapacityBufferPercentage", "avgEventSize"));
        assertNamedOnce(problems("SPILLABLEMEMORY", keys), named.toArray(String[]::new));
    }

    @Test
    void shouldSayWhichOfTheKeysForSyncsDecides() {
        assertThat(messages("sync = never", "fsyncPerTransaction = false", "fsyncInterval = 2"))
                .containsExactly(
                        "a1.channels.c1.fsyncPerTransaction: false: has no effect (sync decides)",
                        "a1.channels.c1.fsyncInterval: 2: has no effect (sync decides)");
        assertThat(messages("fsyncInterval = 2"))
                .containsExactly(
                        "a1.channels.c1.fsyncInterval: 2: has no effect (it is for fsyncPerTransaction = false;"
                                + " sync = MILLISECONDS says the same)");
        assertThat(messages("fsyncPerTransaction = false", "fsyncInterval = 2")).isEmpty();
        assertThat(messages("fsyncPerTransaction = true", "sync = always"))
                .containsExactly("a1.channels.c1.fsyncPerTransaction: true: has no effect (sync decides)");
    }

    @Test
    void shouldSayAsWhatASizeOfSegmentsOutOfRangeIsRead() {
        assertThat(messages("maxFileSize = 2146435071"))
                .containsExactly("a1.channels.c1.maxFileSize: 2146435071: read as 1073741824 (expected: 34603008, twice"
                        + " maxEventBytes and 1 MiB, to 1073741824)");
        assertThat(messages("maxFileSize = 1m", "maxEventBytes = 64k"))
                .containsExactly("a1.channels.c1.maxFileSize: 1m: read as 1179648 (expected: 1179648, twice"
                        + " maxEventBytes and 1 MiB, to 1073741824)");
        assertThat(messages("maxFileSize = 1g")).isEmpty();
    }

    private static List<String> messages(String... keys) {
        return problems("file", List.of(keys)).stream()
                .map(ConfigurationProblem::message)
                .toList();
    }

    private static void assertNamedOnce(List<ConfigurationProblem> problems, String... keys) {
        assertThat(problems)
                .extracting(problem -> problem.message().replaceAll("a1\\.channels\\.c1\\.([^:]*):.*", "$1"))
                .containsExactlyInAnyOrder(keys);
        assertThat(problems).allMatch(problem -> problem.message().matches(".*: (has no effect|read as \\d+) \\(.*"));
    }

    private static List<ConfigurationProblem> problems(String type, List<String> keys) {
        StringBuilder text = new StringBuilder("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = seq
                a1.sources.r1.channels = c1
                a1.sinks.k1.type = null
                a1.sinks.k1.channel = c1
                """);
        text.append("a1.channels.c1.type = ").append(type).append('\n');
        keys.forEach(key -> text.append("a1.channels.c1.").append(key).append('\n'));
        ConfigurationReport report = new ConfigurationLoader(
                        ComponentRegistry.load(), System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), text.toString(), "a1");
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).isEmpty();
        return report.notices();
    }
}

package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read of files that are hardly known yet, noted before their lines are put, until the {@link InputRegistry} is written
 * with it: a file that is saved under a new inode just before a kill is recognised by that. A line of text is appended for
 * each frame and not synced, so that it costs next to nothing: what was written survives the process. After a power cut
 * it may be missing, or hold anything, so each line has a checksum of its own.
 *
 * <p>A note that cannot be written or read is counted and given up: the registry, which is written some seconds later, has it too.
 * Owned by the source's thread.
 */
final class ReadNotes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadNotes.class);
    private static final int RADIX = 16;
    private static final int FIELDS = 4;

    private final Path path;
    private final TaildirCounters counters;
    private FileChannel channel;
    private String failure;

    ReadNotes(Path path, TaildirCounters counters) {
        this.path = path;
        this.counters = counters;
    }

    /** The sum that was noted last of each input, by its id. */
    Map<String, ContentSum> read() {
        Map<String, ContentSum> sums = new HashMap<>();
        try {
            for (String line : new String(Files.readAllBytes(path), StandardCharsets.UTF_8).split("\n")) {
                String[] fields = line.split(" ", FIELDS);
                if (fields.length == FIELDS && line.equals(line(fields[3], fields[1], fields[2]))) {
                    sums.put(
                            fields[3],
                            new ContentSum(Long.parseLong(fields[1]), Integer.parseUnsignedInt(fields[2], RADIX)));
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{}: none", path);
        } catch (IOException e) {
            failed(e);
        }
        return sums;
    }

    /** Notes how far an input is read; in the page cache when it returns. */
    void add(String id, ContentSum sum) {
        String line = line(id, Long.toString(sum.length()), Integer.toHexString(sum.crc())) + "\n";
        try {
            if (channel == null) {
                Files.createDirectories(path.toAbsolutePath().getParent());
                channel = FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
                if (channel.size() > 0) {
                    // The last line may be torn, and would spoil the one after it.
                    append("\n");
                }
            }
            append(line);
            failure = null;
        } catch (IOException e) {
            failed(e);
        }
    }

    private void append(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The registry has all that was noted. */
    void clear() {
        try {
            if (channel != null) {
                channel.truncate(0);
            } else {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException cause) {
        counters.positionFailures.increment();
        if (!cause.toString().equals(failure)) {
            failure = cause.toString();
            LOG.warn("{}: {}", path, failure);
        }
        close();
    }

    private static String line(String id, String length, String crc) {
        String said = length + " " + crc + " " + id;
        CRC32C check = new CRC32C();
        check.update(said.getBytes(StandardCharsets.UTF_8));
        return Integer.toHexString((int) check.getValue()) + " " + said;
    }

    @Override
    public void close() {
        FileChannel open = channel;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.warn("{}: {}", path, e.toString());
        }
    }
}

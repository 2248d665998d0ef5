package io.headrace.benchmarks;

import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What draining is compared with: all segments of a log read by positional reads into one buffer, and every byte
 * checksummed once.
 *
 * @param bytes read
 * @param seconds that took
 */
public record SegmentReading(long bytes, double seconds) {
    private static final int READ_BYTES = 256 * 1024;
    private static final Storage STORAGE = new FileStorage();

    /** Reads them once. */
    public static SegmentReading read(Path folder) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocateDirect(READ_BYTES);
        long bytes = 0;
        long begun = System.nanoTime();
        for (Path segment : segments(folder)) {
            try (StorageFile file = STORAGE.open(segment, Storage.OpenMode.READ)) {
                int read;
                long at = 0;
                while ((read = file.read(block.clear(), at)) > 0) {
                    at += read;
                    bytes += read;
                    crc.update(block.flip());
                }
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (bytes == 0 || crc.getValue() == 0) {
            throw new IOException(folder + ": " + bytes + " bytes of segments (expected: some)");
        }
        return new SegmentReading(bytes, seconds);
    }

    /** Takes the segments out of the page cache. */
    public static void forget(Path folder) throws IOException {
        for (Path segment : segments(folder)) {
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                file.force(false);
            }
            Process drop = new ProcessBuilder("dd", "if=" + segment, "iflag=nocache", "count=0", "status=none")
                    .inheritIO()
                    .start();
            int code = drop.onExit().join().exitValue();
            if (code != 0) {
                throw new IOException("exit code of dd: " + code + " (expected: 0)");
            }
        }
    }

    private static List<Path> segments(Path folder) throws IOException {
        List<Path> segments = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[0-9a-f]*.wal")) {
            found.forEach(segments::add);
        }
        Collections.sort(segments);
        return segments;
    }
}

package io.headrace.benchmarks.beside;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;

/** When frames were due and how long each took to its acknowledgement, as a paced source wrote it down. Pure functions. */
final class AnswerFile {
    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final int DIGITS = 3;

    private AnswerFile() {}

    /**
     * Of the frames that were due in some windows.
     *
     * @param windows begin and end of each
     * @return in nanoseconds
     */
    static Histogram between(Path file, List<long[]> windows) throws IOException {
        Histogram times = new Histogram(DIGITS);
        ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(file));
        while (entries.remaining() >= ENTRY_BYTES) {
            long due = entries.getLong();
            long took = entries.getLong();
            if (windows.stream().anyMatch(window -> due >= window[0] && due < window[1])) {
                times.recordValue(Math.max(0, took));
            }
        }
        return times;
    }
}

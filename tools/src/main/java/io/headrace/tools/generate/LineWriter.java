package io.headrace.tools.generate;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Writes generated lines in blocks, at most so many a second. Owned by one thread. */
public final class LineWriter {
    private static final int BLOCK_BYTES = 256 * 1024;
    private static final long SLICES_PER_SECOND = 100;

    private final AccessLogLines lines;
    private final long linesPerSecond;
    private final LongConsumer progress;

    /**
     * @param linesPerSecond 0 for as fast as it goes
     * @param progress told the lines written so far, after each block
     */
    public LineWriter(AccessLogLines lines, long linesPerSecond, LongConsumer progress) {
        this.lines = lines;
        this.linesPerSecond = linesPerSecond;
        this.progress = progress;
    }

    /** Writes all lines; the stream stays open. */
    public void writeTo(OutputStream out) throws IOException {
        byte[] block = new byte[BLOCK_BYTES + lines.maxLineBytes()];
        long slice = linesPerSecond == 0 ? Long.MAX_VALUE : Math.max(1, linesPerSecond / SLICES_PER_SECOND);
        long start = System.nanoTime();
        while (lines.hasNext()) {
            int length = 0;
            for (long count = 0; count < slice && length < BLOCK_BYTES && lines.hasNext(); count++) {
                length = lines.write(block, length);
            }
            out.write(block, 0, length);
            progress.accept(lines.linesWritten());
            if (linesPerSecond > 0) {
                out.flush();
                awaitDue(start);
            }
        }
        out.flush();
    }

    private void awaitDue(long start) {
        long dueNanos = (long) (lines.linesWritten() * 1e9 / linesPerSecond);
        long left = dueNanos - (System.nanoTime() - start);
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(left);
            left = dueNanos - (System.nanoTime() - start);
        }
    }
}

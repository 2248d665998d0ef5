package io.headrace.wal;

import io.headrace.frame.Frame;
import java.io.IOException;

/**
 * Reads frames of a log in order, by positional reads of up to 256 KiB into pooled buffers that frames are slices of;
 * checksums are verified. Never looks past {@link WriteAheadLog#written()}. Owned by one thread.
 */
public final class LogReader implements AutoCloseable {
    LogReader() {}

    /** Goes to the first frame with a sequence of at least {@code sequence}. */
    public void seek(long sequence) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Moves to the next frame.
     *
     * @return the frame, whose reference is the caller's, or null when {@code written} is reached
     * @throws LogDamagedException when bytes below {@code written} are not a frame
     */
    public Frame next() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The sequence of the frame returned last. */
    public long sequence() {
        throw new UnsupportedOperationException();
    }

    public int inputNumber() {
        throw new UnsupportedOperationException();
    }

    public long inputPosition() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

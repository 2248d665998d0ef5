package io.headrace.wal;

import io.headrace.frame.Frame;
import java.io.IOException;

/**
 * Writes frames into segments, one group after the other: stage frames, write them, sync them. Owned by the journal
 * thread. After an {@link IOException} it is not to be used again.
 */
interface SegmentAppender extends AutoCloseable {
    /** A group is written at so many bytes. */
    int GROUP_BYTES = 1024 * 1024;

    /** A group is written at so many buffers. */
    int GROUP_BUFFERS = 1024;

    /** Goes on in {@code segment} at {@code offset}; everything staged has been written. */
    void begin(Segment segment, long offset) throws IOException;

    /** Offset in the segment after the frame staged last. */
    long position();

    /** Whether a frame still belongs into the group; one always does when the group is empty. */
    boolean accepts(Frame frame);

    /**
     * Stages a frame that the group {@linkplain #accepts accepts} and the segment has room for. It is retained for as
     * long as its bytes are needed.
     */
    void stage(long sequence, long durable, int inputNumber, long inputPosition, Frame frame) throws IOException;

    /** Whether the frame's bytes are copied on their way to the file; otherwise they are written from where they are. */
    default boolean copies(Frame frame) {
        return true;
    }

    /** Bytes staged and not written. */
    int stagedBytes();

    /** Writes what is staged: other readers of the file see it. */
    void write() throws IOException;

    /** Makes everything written into the segment durable. */
    void sync() throws IOException;

    /** Gives back what it holds, staged frames too; the segment's file stays open. */
    @Override
    void close() throws IOException;
}

package io.headrace.transport.link;

import io.headrace.frame.FrameFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The way out of a state machine: one connection. Called by the thread that drives the machine; calls may lead back
 * into it only after they return.
 */
public interface LinkOutput {
    /** Where buffers for messages and assembled frames come from. */
    ByteBufAllocator allocator();

    /** Queues bytes to be sent in order; takes over the reference, also when the connection is gone. */
    void write(ByteBuf bytes);

    /**
     * Whether frames may be sent straight from a file: not where something between here and the socket has to see the
     * bytes, such as TLS.
     */
    default boolean sendsFiles() {
        return false;
    }

    /**
     * Queues a part of a file to be sent in order; takes over a reference of the file, given back when the system has
     * taken the last byte, or the connection is gone (R17).
     */
    default void write(FrameFile file, long offset, long length) {
        file.release();
        throw new UnsupportedOperationException("files are not sent here");
    }

    /** Sends what is queued. */
    void flush();

    /** Whether more should be queued now. */
    boolean isWritable();

    /** What was queued and is not taken by the system yet: while it shrinks, the peer reads. */
    long unsent();

    /** Closes, a receiver's after what is queued was sent; the owner of the connection then reports the loss. */
    void close();

    /**
     * Closes, and takes back what the peer has not got: of what was sent from a file the system holds the file's own
     * pages until then, which are about to be used for something else.
     */
    default void abort() {
        close();
    }
}

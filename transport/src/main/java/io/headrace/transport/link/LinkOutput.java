package io.headrace.transport.link;

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

    /** Sends what is queued. */
    void flush();

    /** Whether more should be queued now. */
    boolean isWritable();

    /** What was queued and is not taken by the system yet: while it shrinks, the peer reads. */
    long unsent();

    /** Closes, a receiver's after what is queued was sent; the owner of the connection then reports the loss. */
    void close();
}

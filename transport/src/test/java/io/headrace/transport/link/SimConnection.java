package io.headrace.transport.link;

import io.netty.buffer.ByteBufAllocator;

/** A connection in memory: two streams of bytes that arrive in pieces of any size, or not at all. */
final class SimConnection {
    final SimEnd fromSender;
    final SimEnd fromReceiver;
    final LinkSender sender;
    LinkReceiver receiver;

    SimConnection(ByteBufAllocator allocator, LinkSender sender) {
        this.sender = sender;
        fromSender = new SimEnd(allocator);
        fromReceiver = new SimEnd(allocator);
    }

    /**
     * One whose sender's end is a socket.
     *
     * @param sendsFiles whether it takes parts of files
     * @param socketBytes how much its system takes ahead of what arrives
     * @param abortsLate whether it is given up a while after it was told so, by {@link SimEnd#reset()}
     */
    SimConnection(
            ByteBufAllocator allocator, LinkSender sender, boolean sendsFiles, int socketBytes, boolean abortsLate) {
        this.sender = sender;
        fromSender = new SimEnd(allocator, sendsFiles, socketBytes, abortsLate);
        fromReceiver = new SimEnd(allocator);
    }
}

package io.headrace.transport.link;

import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** What a peer that is no sink of ours may write to a socket. */
public final class PeerBytes {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private PeerBytes() {}

    public static byte[] hello(StreamId stream) {
        return take(Wire.helloBytes(ALLOCATOR, stream, 0, 0));
    }

    public static byte[] welcome(long credit) {
        return take(LinkEncoder.welcome(
                ALLOCATOR, new Welcome(LinkLayout.VERSION, 0, 1 << 24, AckLevel.ACCEPTED, 0, credit)));
    }

    public static byte[] ping(long token) {
        return take(LinkEncoder.ping(ALLOCATOR, MessageType.PING, token));
    }

    public static byte[] pong(long token) {
        return take(LinkEncoder.ping(ALLOCATOR, MessageType.PONG, token));
    }

    /** A DATA with one frame of each position, of one event of so many bytes. */
    public static byte[] data(int bytes, long... positions) {
        return take(Wire.data(ALLOCATOR, 0, bytes, positions));
    }

    private static byte[] take(ByteBuf message) {
        byte[] bytes = new byte[message.readableBytes()];
        message.readBytes(bytes);
        message.release();
        return bytes;
    }
}

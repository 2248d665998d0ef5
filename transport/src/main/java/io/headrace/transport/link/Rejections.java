package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What is said to peers that never get as far as a receiver. Pure functions. */
public final class Rejections {
    /** Bytes that {@link #isHello} looks at. */
    public static final int HELLO_PREFIX = LinkLayout.MAGIC_OFFSET + Integer.BYTES;

    private Rejections() {}

    /** A REJECT as bytes; the caller owns the buffer. */
    public static ByteBuf of(ByteBufAllocator allocator, RejectCode code, String why) {
        return LinkEncoder.reject(allocator, code, 0, why);
    }

    /** Whether bytes begin as a HELLO does. */
    public static boolean isHello(ByteBuf bytes) {
        return bytes.readableBytes() >= HELLO_PREFIX
                && bytes.getByte(bytes.readerIndex() + LinkLayout.TYPE_OFFSET) == MessageType.HELLO.code()
                && bytes.getIntLE(bytes.readerIndex() + LinkLayout.MAGIC_OFFSET) == LinkLayout.MAGIC;
    }
}

package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zlib stream that lasts as long as the connection, both ways. What comes is inflated in chunks, and only while somebody
 * wants them: a few bytes that would become millions take no more memory than one chunk. What goes out is framed as stored
 * blocks, which every inflater takes: answers are too small to gain by compression, and a deflater costs 256 KiB a
 * connection. On the connection's event loop.
 */
final class InflateHandler extends ChannelDuplexHandler {
    private static final int CHUNK = 64 * 1024;
    private static final int LONGEST_BLOCK = 0xFFFF;
    private static final int BLOCK_HEAD = 5;
    private static final int STREAM_HEAD = 0x7801;

    private final BooleanSupplier wanted;
    private final boolean stores;
    private final Inflater inflater = new Inflater();
    private final ArrayDeque<ByteBuf> inbound = new ArrayDeque<>();
    private boolean inflating;
    private boolean started;
    private boolean ended;

    /** @param wanted whether what is inflated is taken now; it is asked again after {@link Wanted} */
    InflateHandler(BooleanSupplier wanted) {
        this(wanted, true);
    }

    /** @param stores whether it frames what goes out; otherwise another handler deflates it */
    InflateHandler(BooleanSupplier wanted, boolean stores) {
        this.wanted = wanted;
        this.stores = stores;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws DataFormatException {
        if (ended) {
            ((ByteBuf) message).release();
            return;
        }
        inbound.add((ByteBuf) message);
        inflate(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws DataFormatException {
        if (event == Wanted.MORE && !inflating) {
            inflate(ctx);
            ctx.fireChannelReadComplete();
        }
        ctx.fireUserEventTriggered(event);
    }

    private void inflate(ChannelHandlerContext ctx) throws DataFormatException {
        if (inflating) {
            return;
        }
        inflating = true;
        try {
            while (!ended && !inbound.isEmpty() && wanted.getAsBoolean()) {
                inflateChunk(ctx);
            }
        } finally {
            inflating = false;
        }
    }

    private void inflateChunk(ChannelHandlerContext ctx) throws DataFormatException {
        ByteBuf head = inbound.peek();
        ByteBuffer in = head.internalNioBuffer(head.readerIndex(), head.readableBytes());
        inflater.setInput(in);
        ByteBuf out = ctx.alloc().directBuffer(CHUNK, CHUNK);
        try {
            int before = in.remaining();
            int length = inflater.inflate(out.internalNioBuffer(0, CHUNK));
            head.skipBytes(before - in.remaining());
            out.writerIndex(length);
            if (inflater.needsDictionary()) {
                throw new DecoderException("zlib stream with a dictionary (expected: one without)");
            } else if (inflater.finished()) {
                // A peer that closes ends its stream first.
                close();
            } else if (length < CHUNK && !head.isReadable() && inbound.remove(head)) {
                head.release();
            }
        } catch (DataFormatException | RuntimeException e) {
            out.release();
            close();
            throw e;
        }
        if (out.isReadable()) {
            ctx.fireChannelRead(out);
        } else {
            out.release();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (!stores || !(message instanceof ByteBuf bytes)) {
            super.write(ctx, message, promise);
            return;
        }
        int length = bytes.readableBytes();
        int blocks = (length + LONGEST_BLOCK - 1) / LONGEST_BLOCK;
        ByteBuf out = ctx.alloc().directBuffer(length + blocks * BLOCK_HEAD + Short.BYTES);
        if (!started) {
            started = true;
            out.writeShort(STREAM_HEAD);
        }
        while (bytes.isReadable()) {
            int block = Math.min(LONGEST_BLOCK, bytes.readableBytes());
            out.writeByte(0).writeShortLE(block).writeShortLE(~block).writeBytes(bytes, block);
        }
        bytes.release();
        ctx.write(out, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        close();
    }

    private void close() {
        if (!ended) {
            ended = true;
            inflater.end();
            inbound.forEach(ByteBuf::release);
            inbound.clear();
        }
    }
}

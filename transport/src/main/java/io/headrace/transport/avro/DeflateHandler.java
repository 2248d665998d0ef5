package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Deflates what goes out, as one zlib stream that lasts as long as the connection and is flushed after each message, as
 * Flume's ends expect. On the connection's event loop.
 */
final class DeflateHandler extends ChannelOutboundHandlerAdapter {
    private static final int LEAST = 256;

    private final Deflater deflater;
    private boolean ended;

    /** @param level 0 to 9 */
    DeflateHandler(int level) {
        this.deflater = new Deflater(level);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (ended || !(message instanceof ByteBuf bytes)) {
            super.write(ctx, message, promise);
            return;
        }
        ByteBuf out = ctx.alloc().directBuffer(LEAST + bytes.readableBytes() / 2);
        deflater.setInput(bytes.nioBuffer());
        int room;
        int length;
        do {
            out.ensureWritable(LEAST);
            room = out.writableBytes();
            ByteBuffer target = out.internalNioBuffer(out.writerIndex(), room);
            length = deflater.deflate(target, Deflater.SYNC_FLUSH);
            out.writerIndex(out.writerIndex() + length);
        } while (length == room);
        bytes.release();
        ctx.write(out, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ended = true;
        deflater.end();
    }
}

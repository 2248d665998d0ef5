package io.headrace.transport.avro;

import io.headrace.transport.tls.Refusals.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Tells by the first bytes of a connection what its peer speaks, and puts what undoes it into the pipeline: TLS (1.9's
 * order has the compression in it), deflate (1.10's order has TLS in it), or neither. What was undone is looked at again,
 * so that both orders are understood. On the connection's event loop.
 */
final class PeekHandler extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR = 0x03;
    private static final int ZLIB = 0x78;
    private static final int ZLIB_CHECK = 31;

    private final AvroServer server;
    private final AvroLoop loop;
    private final boolean tlsSeen;
    private final boolean deflateSeen;
    private ByteBuf first = Unpooled.EMPTY_BUFFER;

    PeekHandler(AvroServer server, AvroLoop loop) {
        this(server, loop, false, false);
    }

    private PeekHandler(AvroServer server, AvroLoop loop, boolean tlsSeen, boolean deflateSeen) {
        this.server = server;
        this.loop = loop;
        this.tlsSeen = tlsSeen;
        this.deflateSeen = deflateSeen;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf all = bytes;
        if (first.isReadable()) {
            all = ctx.alloc().directBuffer(first.readableBytes() + bytes.readableBytes());
            all.writeBytes(first).writeBytes(bytes);
            bytes.release();
        }
        dropFirst();
        if (all.readableBytes() < 2) {
            first = all;
            return;
        }
        if (!install(ctx, all)) {
            all.release();
            ctx.close();
            return;
        }
        ctx.fireChannelRead(all);
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    /** Puts the next handlers behind this one; false when the peer is refused. */
    private boolean install(ChannelHandlerContext ctx, ByteBuf bytes) {
        int one = bytes.getUnsignedByte(bytes.readerIndex());
        int two = bytes.getUnsignedByte(bytes.readerIndex() + 1);
        boolean tls = !tlsSeen && one == TLS_HANDSHAKE && two == TLS_MAJOR;
        boolean deflate = !deflateSeen && one == ZLIB && (one << Byte.SIZE | two) % ZLIB_CHECK == 0;
        if (tls && !server.speaksTls()) {
            return refused(ctx, "TLS (expected: plain; ssl = true at the source takes TLS)");
        } else if (!tls && !deflate && !tlsSeen && server.speaksTls()) {
            return refused(ctx, "plain bytes (expected: TLS, ssl = true at the sender)");
        }
        String name = ctx.name();
        if (deflate) {
            if (!server.takes(true, ctx.channel().remoteAddress())) {
                return false;
            }
            ctx.pipeline().addAfter(name, null, new PeekHandler(server, loop, tlsSeen, true));
            ctx.pipeline().addAfter(name, "inflate", new InflateHandler(() -> wantsMore(ctx)));
        } else if (tls) {
            ctx.pipeline().addAfter(name, null, new PeekHandler(server, loop, true, deflateSeen));
            server.addTls(ctx.pipeline(), name);
        } else {
            if (!deflateSeen && !server.takes(false, ctx.channel().remoteAddress())) {
                return false;
            }
            ctx.pipeline().addLast("requests", new AvroReceiver(server, loop));
        }
        return true;
    }

    private boolean refused(ChannelHandlerContext ctx, String what) {
        server.refusals().refused(Reason.TLS, ctx.channel().remoteAddress(), what);
        return false;
    }

    private static boolean wantsMore(ChannelHandlerContext ctx) {
        AvroReceiver receiver = ctx.pipeline().get(AvroReceiver.class);
        return receiver == null || receiver.wantsMore();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        boolean shaken = event instanceof SslHandshakeCompletionEvent done && done.isSuccess() && ssl != null;
        if (shaken && !server.takesSubject(ctx.channel(), ssl)) {
            ctx.close();
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        server.broke(ctx.channel(), cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        dropFirst();
    }

    private void dropFirst() {
        first.release();
        first = Unpooled.EMPTY_BUFFER;
    }
}

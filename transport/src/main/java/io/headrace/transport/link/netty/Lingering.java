package io.headrace.transport.link.netty;

import io.headrace.transport.net.ChannelOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closing so that the peer can read the last word: the end of the stream is sent, and what the peer still sends is dropped
 * until it closes or {@value #MILLIS} ms are over. Closing with unread bytes would reset the connection and take the last
 * word along. As a handler before that of TLS it does so with every close, until the handshake is done.
 */
final class Lingering extends ChannelDuplexHandler {
    static final long MILLIS = ChannelOutput.LINGER_MILLIS;

    private boolean closing;

    /** Sends {@code last} from the place of {@code ctx}, then lingers. */
    static void close(ChannelHandlerContext ctx, ByteBuf last) {
        ctx.writeAndFlush(last).addListener(written -> {
            if (written.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            } else {
                ctx.close();
            }
        });
        ctx.executor().schedule(() -> ctx.close(), MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
        if (!closing) {
            closing = true;
            close(ctx, Unpooled.EMPTY_BUFFER);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }
}

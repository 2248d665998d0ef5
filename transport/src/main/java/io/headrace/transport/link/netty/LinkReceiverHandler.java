package io.headrace.transport.link.netty;

import io.headrace.transport.link.Hello;
import io.headrace.transport.link.LinkReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries bytes between an accepted connection and its {@link LinkReceiver}, and the connection to its stream's loop. */
final class LinkReceiverHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LinkReceiverHandler.class);

    private final LinkServer server;
    private LinkReceiver receiver;
    private Future<?> handshake;

    LinkReceiverHandler(LinkServer server) {
        this.server = server;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        if (!server.accepted(channel)) {
            return;
        }
        receiver = new LinkReceiver(
                ChannelOutput.lingering(channel),
                (who, hello) -> route(channel, hello),
                server.receiverOptions(),
                server.receiverMetrics());
        handshake = channel.eventLoop()
                .schedule(
                        () -> channel.eventLoop().execute(() -> checkHandshake(channel)),
                        server.handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (receiver == null) {
            ((ByteBuf) message).release();
        } else {
            receiver.received((ByteBuf) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (receiver != null) {
            receiver.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (receiver != null && ctx.channel().isWritable()) {
            receiver.readComplete();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (receiver != null) {
            handshake.cancel(false);
            receiver.disconnected();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("connection of {} broke", ctx.channel().remoteAddress(), cause);
        } else {
            LOG.debug("connection of {} failed", ctx.channel().remoteAddress(), cause);
            server.failed(cause);
        }
        ctx.close();
    }

    /** R16: a stream lives on one loop, which its id chooses. */
    private void route(Channel channel, Hello hello) {
        EventLoop target = server.loopOf(hello.stream());
        if (target == channel.eventLoop()) {
            receiver.join(server.streamsOf(target));
            return;
        }
        // Nothing more comes before WELCOME; what does is refused by the receiver's state.
        channel.config().setAutoRead(false);
        channel.deregister().addListener(left -> {
            if (left.isSuccess()) {
                target.register(channel).addListener(there -> {
                    if (there.isSuccess()) {
                        receiver.join(server.streamsOf(target));
                        channel.config().setAutoRead(true);
                    } else {
                        channel.unsafe().closeForcibly();
                    }
                });
            } else {
                channel.close();
            }
        });
    }

    private void checkHandshake(Channel channel) {
        if (receiver.state() == LinkReceiver.State.NEW || receiver.state() == LinkReceiver.State.GREETED) {
            LOG.debug(
                    "connection of {}: no HELLO within {} ms",
                    channel.remoteAddress(),
                    server.handshakeTimeoutMillis());
            channel.close();
        }
    }
}

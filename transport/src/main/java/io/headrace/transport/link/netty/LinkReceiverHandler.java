package io.headrace.transport.link.netty;

import io.headrace.transport.link.Hello;
import io.headrace.transport.link.LinkException;
import io.headrace.transport.link.LinkReceiver;
import io.headrace.transport.net.ChannelOutput;
import io.headrace.transport.tls.Refusals;
import io.headrace.transport.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries bytes between an accepted connection and its {@link LinkReceiver}, and the connection to its stream's loop. */
final class LinkReceiverHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LinkReceiverHandler.class);

    private final LinkServer server;
    private LinkReceiver receiver;
    private LinkAdmission admission;
    private Future<?> handshake;
    private Runnable introduced = () -> {};
    private boolean refused;

    LinkReceiverHandler(LinkServer server) {
        this.server = server;
    }

    /** Runs {@code then} when the sender has joined its stream. */
    void whenIntroduced(Runnable then) {
        introduced = then;
    }

    /** Null until the connection is there. */
    LinkReceiver receiver() {
        return receiver;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        admission = new LinkAdmission(server.door(), channel);
        receiver = new LinkReceiver(
                ChannelOutput.lingering(channel),
                (who, hello) -> route(channel, hello),
                server.receiverOptions(),
                server.receiverMetrics(),
                admission);
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
        if (cause instanceof java.io.IOException || TlsFailures.isTls(cause)) {
            LOG.debug("connection of {} broke", ctx.channel().remoteAddress(), cause);
        } else {
            LOG.debug("connection of {} failed", ctx.channel().remoteAddress(), cause);
            server.failed(cause);
        }
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                ctx.pipeline().remove(Lingering.class);
            } else if (!TlsFailures.isDeparture(done.cause())) {
                refused = true;
                server.door()
                        .refusals()
                        .refused(
                                reasonOf(done.cause()),
                                ctx.channel().remoteAddress(),
                                TlsFailures.explain(done.cause()));
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    private static Refusals.Reason reasonOf(Throwable cause) {
        if (TlsFailures.isAboutCertificate(cause)) {
            return Refusals.Reason.CERTIFICATE;
        }
        return TlsFailures.isTimeout(cause) ? Refusals.Reason.TIMEOUT : Refusals.Reason.TLS;
    }

    /** R20: a stream that is new here becomes its sender's before anything of it is taken. */
    private void route(Channel channel, Hello hello) {
        CompletableFuture<Boolean> claim = admission.claim(hello);
        if (claim.isDone() && !claim.isCompletedExceptionally()) {
            claimed(channel, hello, claim.join(), null);
            return;
        }
        // Nothing more comes before WELCOME; what does is refused by the receiver's state.
        channel.config().setAutoRead(false);
        claim.whenComplete((own, failure) ->
                channel.eventLoop().execute(() -> claimed(channel, hello, Boolean.TRUE.equals(own), failure)));
    }

    private void claimed(Channel channel, Hello hello, boolean own, Throwable failure) {
        if (failure != null) {
            server.failed(failure);
            receiver.turnAwayForNow("cannot note whose the stream is: " + failure.getMessage());
            channel.config().setAutoRead(true);
        } else if (own) {
            move(channel, hello);
        } else {
            LinkException stranger = admission.notTheOwner(hello, "an earlier claim");
            receiver.turnAway(stranger.code(), stranger.getMessage());
            channel.config().setAutoRead(true);
        }
    }

    /** R16: a stream lives on one loop, which its id chooses. */
    private void move(Channel channel, Hello hello) {
        EventLoop target = server.loopOf(hello.stream());
        if (target == channel.eventLoop()) {
            join(channel, target);
            return;
        }
        channel.config().setAutoRead(false);
        channel.deregister().addListener(left -> {
            if (left.isSuccess()) {
                target.register(channel).addListener(there -> {
                    if (there.isSuccess()) {
                        join(channel, target);
                    } else {
                        channel.unsafe().closeForcibly();
                    }
                });
            } else {
                channel.close();
            }
        });
    }

    private void join(Channel channel, EventLoop loop) {
        receiver.join(server.streamsOf(loop));
        introduced.run();
        channel.config().setAutoRead(true);
    }

    private void checkHandshake(Channel channel) {
        boolean early = receiver.state() == LinkReceiver.State.NEW || receiver.state() == LinkReceiver.State.GREETED;
        if (early && !refused) {
            server.door()
                    .refusals()
                    .refused(
                            Refusals.Reason.TIMEOUT,
                            channel.remoteAddress(),
                            "nothing heard for " + server.handshakeTimeoutMillis() + " ms (expected: a HELLO within"
                                    + " handshake-timeout)");
            channel.close();
        }
    }
}

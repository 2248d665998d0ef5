package io.headrace.transport.chaos;

import io.headrace.transport.chaos.ChaosPlan.Strike;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A sender's connection to the proxy and the proxy's to the receiver. All of it on one event loop. */
final class ChaosConnection {
    private final ChaosProxy proxy;
    private final int number;
    private final Channel sender;
    private final Channel receiver;
    private final Way toReceiver;
    private final Way toSender;

    ChaosConnection(ChaosProxy proxy, int number, Channel sender, Channel receiver, ChaosPlan plan, Line line) {
        this.proxy = proxy;
        this.number = number;
        this.sender = sender;
        this.receiver = receiver;
        toReceiver = new Way(this, sender, receiver, plan.toReceiver(), line);
        toSender = new Way(this, receiver, sender, plan.toSender(), line);
        sender.pipeline().addLast(new End(toReceiver, toSender));
        receiver.pipeline().addLast(new End(toSender, toReceiver));
        sender.config().setAutoRead(true);
        receiver.config().setAutoRead(true);
        if (!sender.isActive()) {
            gone(toReceiver, toSender);
        }
    }

    EventLoop loop() {
        return sender.eventLoop();
    }

    /** Bytes that have yet to leave. */
    long waitingBytes() {
        return toReceiver.waitingBytes() + toSender.waitingBytes();
    }

    boolean isOver() {
        return !sender.isActive() && !receiver.isActive();
    }

    void strike(Way way, Strike strike) {
        proxy.struck(
                strike.fault(),
                "connection " + number + ": " + strike + (way == toReceiver ? " to the receiver" : " to the sender"));
        int amount = strike.amount();
        switch (strike.fault()) {
            case DELAY -> way.delay(amount);
            case TRICKLE -> way.trickle(amount);
            case STALL -> {
                toReceiver.stall(amount);
                toSender.stall(amount);
            }
            case STALL_ACKS -> toSender.stall(amount);
            case CUT -> close();
            case CUT_SENDER -> cutOne(sender, receiver, amount);
            case CUT_RECEIVER -> cutOne(receiver, sender, amount);
            case HALF_CLOSE -> {
                way.end();
                endOfStream(way.to());
            }
            case TRUNCATE -> {
                toReceiver.end();
                toSender.end();
                endOfStream(sender);
                endOfStream(receiver);
                later(amount, this::close);
            }
            case FLIP -> way.flip(amount);
            case SKIP -> way.skip(amount);
            case OLD_LIVES -> {
                // The sender goes on for a moment, so that there is something to come late.
                int before = amount / 4;
                toReceiver.stall(amount);
                toSender.end();
                later(before, () -> {
                    toReceiver.sourceEnded();
                    reset(sender);
                });
            }
            case REFUSE -> throw new IllegalStateException("a refused connection carries nothing");
        }
    }

    private void cutOne(Channel first, Channel other, int millis) {
        toReceiver.end();
        toSender.end();
        reset(first);
        later(millis, () -> reset(other));
    }

    /** Both ends at once, and what is under way is lost. */
    void close() {
        toReceiver.end();
        toSender.end();
        reset(sender);
        reset(receiver);
    }

    /** All that a way had has left. */
    void wayEnded(Way way) {
        if (way.from().isActive()) {
            endOfStream(way.to());
        } else {
            way.to().close();
        }
    }

    private void gone(Way from, Way to) {
        to.end();
        from.sourceEnded();
    }

    private void later(int millis, Runnable what) {
        loop().schedule(what, millis, TimeUnit.MILLISECONDS);
    }

    private static void reset(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    private static void endOfStream(Channel channel) {
        ((DuplexChannel) channel).shutdownOutput();
    }

    private final class End extends ChannelInboundHandlerAdapter {
        private final Way from;
        private final Way to;

        End(Way from, Way to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            from.received((ByteBuf) message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            to.pump();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                from.sourceEnded();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            to.end();
            from.sourceEnded();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // A reset is what connections here end with; inactive follows.
            if (!(cause instanceof IOException)) {
                proxy.failed("connection " + number + ": " + cause);
            }
            ctx.close();
        }
    }
}

package io.headrace.transport.net;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.link.DialHandler;
import io.headrace.transport.link.LinkDialer;
import io.headrace.transport.tls.TlsFailures;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes the connections of one sender over TCP, with TLS where the pipeline has it, and carries their bytes. A connection is
 * made when its TLS handshake is over. Used on the sender's event loop.
 */
public final class SocketDialer implements LinkDialer {
    private static final List<String> KNOWN = List.of(
            "Connection refused",
            "No route to host",
            "Network is unreachable",
            "Connection reset by peer",
            "Too many open files");
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(512 * 1024, 2 * 1024 * 1024);

    private final EventLoops loops;
    private final EventLoop loop;
    private final DialTarget target;
    private final Function<InetAddress, String> objection;
    private final Runnable beforeDial;
    private final Runnable wake;
    private final Bootstrap bootstrap;
    private DialHandler sender;
    private int dials;

    /**
     * @param pipeline adds what bytes pass between the socket and the sender
     * @param objection why an address is not connected to, or null
     * @param beforeDial done before each connection, on a thread that may block
     * @param wake asks for the sender to be driven
     */
    public SocketDialer(
            EventLoops loops,
            EventLoop loop,
            DialTarget target,
            Consumer<Channel> pipeline,
            Function<InetAddress, String> objection,
            Runnable beforeDial,
            Runnable wake) {
        this.loops = loops;
        this.loop = loop;
        this.target = target;
        this.objection = objection;
        this.beforeDial = beforeDial;
        this.wake = wake;
        int timeoutMillis = (int) Math.min(Integer.MAX_VALUE, target.connectTimeoutMillis());
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, FrameRegion.SIZES)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        pipeline.accept(channel);
                        SslHandler tls = channel.pipeline().get(SslHandler.class);
                        if (tls != null) {
                            tls.setHandshakeTimeoutMillis(timeoutMillis);
                        }
                        channel.pipeline().addLast(new Connection(channel));
                    }
                });
    }

    /** Who is told; to be called before the first {@link #dial}. */
    public void attach(DialHandler toTell) {
        sender = toTell;
    }

    @Override
    public String target() {
        return Listening.shown(target.host(), target.port());
    }

    /** Asks for the address each time, on a thread that may block: names move. */
    @Override
    public void dial() {
        int number = ++dials;
        loops.resolver().execute(() -> {
            try {
                beforeDial.run();
                InetAddress host = InetAddress.getByName(target.host());
                boolean local = CongestionControl.isLocal(host);
                loop.execute(() -> connect(number, new InetSocketAddress(host, target.port()), local));
            } catch (UnknownHostException e) {
                loop.execute(() -> failed(number, "unknown host " + target.host()));
            }
        });
    }

    private void connect(int number, InetSocketAddress address, boolean local) {
        String refused = objection.apply(address.getAddress());
        if (refused != null) {
            failed(number, refused);
        } else if (number == dials) {
            ChannelFuture registered = bootstrap.register();
            if (registered.isDone()) {
                // Where there is no socket at all, Netty tells listeners on a thread that is not the sender's.
                opened(number, registered, address, local);
            } else {
                registered.addListener(done -> opened(number, registered, address, local));
            }
        }
    }

    /** There is a socket, or not: the system counts them. */
    private void opened(int number, ChannelFuture future, InetSocketAddress address, boolean local) {
        Channel channel = future.channel();
        try {
            if (future.isSuccess()) {
                target.congestion().apply(channel, local);
                channel.connect(address).addListener(connected -> connected(number, (ChannelFuture) connected));
            } else {
                // Netty has closed what there was of a channel.
                failed(number, reason(future.cause()));
            }
        } catch (IOException e) {
            ready(number, channel, e);
        }
    }

    private void connected(int number, ChannelFuture future) {
        Channel channel = future.channel();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (future.isSuccess() && tls != null) {
            tls.handshakeFuture().addListener(done -> ready(number, channel, done.cause()));
        } else {
            ready(number, channel, future.cause());
        }
    }

    private void ready(int number, Channel channel, Throwable failure) {
        if (failure != null) {
            failed(number, reason(failure));
            channel.close();
        } else if (number == dials && channel.isActive()) {
            sender.connected(channel.pipeline().get(Connection.class).output);
            wake.run();
        } else {
            channel.close();
        }
    }

    /** What an operator wants to read of it, without the names of system calls. */
    private static String reason(Throwable cause) {
        if (TlsFailures.isTls(cause) || TlsFailures.isDeparture(cause)) {
            return TlsFailures.explain(cause);
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage());
            for (String known : KNOWN) {
                if (message.contains(known)) {
                    return known.toLowerCase(Locale.ROOT);
                }
            }
        }
        return String.valueOf(cause.getMessage());
    }

    private void failed(int number, String why) {
        if (number == dials) {
            sender.dialFailed(why);
        }
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        private final ChannelOutput output;
        private String end = "closed by the peer";
        private boolean answered;
        private boolean isExplained;

        Connection(Channel channel) {
            output = ChannelOutput.abrupt(channel, target.sendfile());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            answered = true;
            sender.received(output, (ByteBuf) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            wake.run();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                wake.run();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // Who refuses an address or a certificate cannot always say so.
            sender.disconnected(
                    output,
                    answered || isExplained
                            ? end
                            : end
                                    + " before it answered (expected: a source that takes this sender; its log says why not)");
            wake.run();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            isExplained = TlsFailures.isTls(cause);
            end = isExplained || cause instanceof IOException ? reason(cause) : cause.toString();
            ctx.close();
        }
    }
}

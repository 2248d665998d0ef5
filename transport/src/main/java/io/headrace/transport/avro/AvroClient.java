package io.headrace.transport.avro;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.link.netty.ChannelOutput;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsFailures;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/** Makes connections for an {@link AvroSender} and carries their bytes. Used on the sender's event loop. */
final class AvroClient implements AvroSender.Dialer {
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(512 * 1024, 2 * 1024 * 1024);

    private final EventLoops loops;
    private final EventLoop loop;
    private final String host;
    private final int port;
    private final AvroSinkSettings settings;
    private final TlsContext tls;
    private final Runnable wake;
    private final Bootstrap bootstrap;
    private AvroSender sender;
    private int dials;

    /**
     * @param tls what connections are encrypted with, or null
     * @param wake asks for the sender to be driven
     */
    AvroClient(EventLoops loops, EventLoop loop, AvroSinkSettings settings, TlsContext tls, Runnable wake) {
        this.loops = loops;
        this.loop = loop;
        this.host = settings.hostname();
        this.port = settings.port();
        this.settings = settings;
        this.tls = tls;
        this.wake = wake;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, settings.connectTimeout()))
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        build(channel);
                    }
                });
    }

    /** From the socket to the requests; Flume's versions differ in what is next to the socket. */
    private void build(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        boolean deflates = settings.compression() == Compression.DEFLATE;
        boolean sslOutside = settings.sslDeflateOrder() == SslDeflateOrder.SSL_OUTSIDE;
        if (tls != null && sslOutside) {
            pipeline.addLast(tls.newHandler(channel.alloc(), host, port));
        }
        if (deflates) {
            pipeline.addLast(new InflateHandler(() -> true, false));
            pipeline.addLast(new DeflateHandler(settings.compressionLevel()));
        }
        if (tls != null && !sslOutside) {
            pipeline.addLast(tls.newHandler(channel.alloc(), host, port));
        }
        pipeline.addLast(new Connection(channel));
    }

    void attach(AvroSender toDrive) {
        sender = toDrive;
    }

    @Override
    public String target() {
        return Listening.shown(host, port);
    }

    /** Asks for the address each time, on a thread that may block: names move. */
    @Override
    public void dial() {
        int number = ++dials;
        loops.resolver().execute(() -> {
            try {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
                loop.execute(() -> connect(number, address));
            } catch (UnknownHostException e) {
                loop.execute(() -> failed(number, "unknown host " + host));
            }
        });
    }

    private void connect(int number, InetSocketAddress address) {
        if (number == dials) {
            bootstrap.connect(address).addListener(future -> connected(number, (ChannelFuture) future));
        }
    }

    private void connected(int number, ChannelFuture future) {
        if (!future.isSuccess()) {
            failed(number, reason(future.cause()));
        } else if (number == dials) {
            sender.connected(future.channel().pipeline().get(Connection.class).output);
            wake.run();
        } else {
            future.channel().close();
        }
    }

    /** What an operator wants to read of it, without the names of system calls. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        for (String known : List.of("Connection refused", "No route to host", "Network is unreachable")) {
            if (message.contains(known)) {
                return known.toLowerCase(Locale.ROOT);
            }
        }
        return message;
    }

    private void failed(int number, String why) {
        if (number == dials) {
            sender.dialFailed(why);
        }
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        private final ChannelOutput output;
        private String end = "closed by the peer";

        Connection(Channel channel) {
            output = ChannelOutput.abrupt(channel, false);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
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
            sender.disconnected(output, end);
            wake.run();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end = TlsFailures.isTls(cause) ? TlsFailures.explain(cause) : cause.toString();
            ctx.close();
        }
    }
}

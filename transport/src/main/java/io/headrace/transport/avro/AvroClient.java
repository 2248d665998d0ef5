package io.headrace.transport.avro;

import io.headrace.transport.EventLoops;
import io.headrace.transport.net.CongestionControl;
import io.headrace.transport.net.DialTarget;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;

/** Connections as a source {@code avro} expects them. */
final class AvroClient {
    private AvroClient() {}

    /**
     * @param tls what connections are encrypted with, or null
     * @param wake asks for the sender to be driven
     */
    static SocketDialer dialer(
            EventLoops loops, EventLoop loop, AvroSinkSettings settings, TlsContext tls, Runnable wake) {
        return new SocketDialer(
                loops,
                loop,
                new DialTarget(
                        settings.hostname(), settings.port(), settings.connectTimeout(), false, CongestionControl.AUTO),
                channel -> build(channel, settings, tls),
                address -> null,
                () -> {},
                wake);
    }

    /** From the socket to the requests; Flume's versions differ in what is next to the socket. */
    private static void build(Channel channel, AvroSinkSettings settings, TlsContext tls) {
        ChannelPipeline pipeline = channel.pipeline();
        boolean deflates = settings.compression() == Compression.DEFLATE;
        boolean sslOutside = settings.sslDeflateOrder() == SslDeflateOrder.SSL_OUTSIDE;
        if (tls != null && sslOutside) {
            pipeline.addLast(tls.newHandler(channel.alloc(), settings.hostname(), settings.port()));
        }
        if (deflates) {
            pipeline.addLast(new InflateHandler(() -> true, false));
            pipeline.addLast(new DeflateHandler(settings.compressionLevel()));
        }
        if (tls != null && !sslOutside) {
            pipeline.addLast(tls.newHandler(channel.alloc(), settings.hostname(), settings.port()));
        }
    }
}

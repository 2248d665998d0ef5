package io.headrace.transport.link.netty;

import io.headrace.transport.EventLoops;
import io.headrace.transport.net.CongestionControl;
import io.headrace.transport.net.DialTarget;
import io.headrace.transport.net.PlainTokens;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.netty.channel.EventLoop;

/** Connections as a source {@code link} expects them. */
final class LinkClient {
    private LinkClient() {}

    /**
     * @param tls null for plain connections
     * @param token looked at before each connection
     * @param wake asks for the sender to be driven
     */
    static SocketDialer dialer(
            EventLoops loops,
            EventLoop loop,
            LinkSinkSettings settings,
            TlsContext tls,
            SinkToken token,
            Runnable wake) {
        String host = settings.hostname();
        int port = settings.port();
        return new SocketDialer(
                loops,
                loop,
                new DialTarget(
                        host,
                        port,
                        settings.connectTimeout(),
                        settings.sendfile(),
                        CongestionControl.of(settings.congestionControl())),
                channel -> {
                    if (tls != null) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc(), host, port));
                    }
                },
                PlainTokens.objection(tls != null, settings.security().allowPlainToken(), token::isSet),
                token::readAgain,
                wake);
    }
}

package io.headrace.transport.link.netty;

import io.headrace.transport.EventLoops;
import io.headrace.transport.net.PlainTokens;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.netty.channel.EventLoop;

/** Connections as a source {@code link} expects them. */
final class LinkClient {
    private LinkClient() {}

    /**
     * @param sendfile whether frames may be sent straight from the log
     * @param tls null for plain connections
     * @param token looked at before each connection
     * @param anywhere whether a token may go to another machine without TLS
     * @param wake asks for the sender to be driven
     */
    static SocketDialer dialer(
            EventLoops loops,
            EventLoop loop,
            String host,
            int port,
            long connectTimeoutMillis,
            boolean sendfile,
            TlsContext tls,
            SinkToken token,
            boolean anywhere,
            Runnable wake) {
        return new SocketDialer(
                loops,
                loop,
                host,
                port,
                connectTimeoutMillis,
                sendfile,
                channel -> {
                    if (tls != null) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc(), host, port));
                    }
                },
                PlainTokens.objection(tls != null, anywhere, token::isSet),
                token::readAgain,
                wake);
    }
}

package io.headrace.transport.link.netty;

import io.headrace.transport.EventLoops;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.function.Function;

/** Connections as a source {@code link} expects them. */
final class LinkClient {
    private static final Function<InetAddress, String> ANY = address -> null;

    /** A token must not go over a plain connection to another machine. */
    private static final Function<InetAddress, String> THIS_MACHINE = address -> address.isLoopbackAddress()
            ? null
            : "the token is not sent over a plain connection (expected: ssl = true, an address of this machine, or"
                    + " allow-plain-token = true)";

    private LinkClient() {}

    /**
     * @param sendfile whether frames may be sent straight from the log
     * @param tls null for plain connections
     * @param keepsToken whether there is a token that is to be seen by nobody else
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
            boolean keepsToken,
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
                keepsToken && tls == null ? THIS_MACHINE : ANY,
                wake);
    }
}

package io.headrace.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens ports, and says which one when it cannot. */
public final class Listening {
    private static final int NOT_PERMITTED = 1_024;

    private Listening() {}

    /**
     * Binds and listens; may block for the time that a name takes to be resolved, so not on an event loop.
     *
     * @throws IOException that begins with the address
     */
    public static Channel open(ServerBootstrap bootstrap, String host, int port)
            throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        String shown = shown(host, port);
        if (address.isUnresolved()) {
            throw new IOException(shown + ": unknown host");
        }
        ChannelFuture bound = bootstrap.bind(address).await();
        if (!bound.isSuccess()) {
            throw new IOException(shown + ": " + reason(bound.cause(), port), bound.cause());
        }
        return bound.channel();
    }

    /** An address as URLs have it: IPv6 in brackets. */
    public static String shown(String host, int port) {
        return (host.indexOf(':') >= 0 && !host.startsWith("[") ? '[' + host + ']' : host) + ':' + port;
    }

    private static String reason(Throwable cause, int port) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Address already in use")) {
            return "the port is in use by somebody else";
        } else if (message.contains("Cannot assign requested address")) {
            return "no address of this machine";
        } else if (message.contains("Permission denied")) {
            return port < NOT_PERMITTED
                    ? "not permitted (expected: a port >= " + NOT_PERMITTED + ", or root)"
                    : message;
        }
        return message;
    }
}

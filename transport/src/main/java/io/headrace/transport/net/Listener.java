package io.headrace.transport.net;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A port, and the connections that came to it. Opened and closed by one thread. */
public final class Listener {
    private static final int LEAST_READ = 4 * 1024;
    private static final int MOST_READ = 256 * 1024;
    private static final int BACKLOG = 1024;

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ServerBootstrap bootstrap;
    private Channel listening;

    /**
     * @param firstRead bytes that the first read of a connection has room for
     * @param keepAlive whether the system probes silent peers
     * @param accept told of each connection, on its event loop; {@link #connections} counts it already
     */
    public Listener(EventLoops loops, int firstRead, boolean keepAlive, Consumer<Channel> accept) {
        bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, keepAlive)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(LEAST_READ, firstRead, MOST_READ))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        accept.accept(channel);
                    }
                });
    }

    /**
     * Binds and listens; returns the address, with the port that the system chose for 0.
     *
     * @throws IOException that names the address and why nobody can listen there now
     */
    public InetSocketAddress open(String host, int port) throws IOException, InterruptedException {
        listening = Listening.open(bootstrap, host, port);
        return (InetSocketAddress) listening.localAddress();
    }

    /** Connections that are open now. */
    public int connections() {
        return connections.size();
    }

    /** Takes no more connections; those that exist go on. */
    public void close() {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
    }

    /** Closes every connection. */
    public void closeConnections() {
        connections.close().awaitUninterruptibly();
    }
}

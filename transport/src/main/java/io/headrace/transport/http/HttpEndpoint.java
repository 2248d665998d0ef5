package io.headrace.transport.http;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * Serves metrics and health over HTTP: {@code /metrics} (with {@code ?shape=nested}), {@code /metrics/prometheus},
 * {@code /health} and a page of links. Connections live on the shared event loops; pages are made on a thread of
 * their own, so that nobody who looks slows down those who send. Started and stopped by one thread.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 8 * 1024;
    private static final int MAX_CONNECTIONS = 64;
    private static final long REQUEST_MILLIS = 30_000;

    private final EventLoops loops;
    private final HttpPages pages;
    private final long requestMillis;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ExecutorService pageMaker = EventLoops.oneThread("headrace-http");
    private Channel listening;

    public HttpEndpoint(EventLoops loops, HttpPages pages) {
        this(loops, pages, REQUEST_MILLIS);
    }

    /** @param requestMillis from the end of one answer to the end of the next before a connection is closed */
    HttpEndpoint(EventLoops loops, HttpPages pages, long requestMillis) {
        this.loops = loops;
        this.pages = pages;
        this.requestMillis = requestMillis;
    }

    /**
     * Binds and listens; may be called again after it failed.
     *
     * @return the address, with the port that the system chose for 0
     * @throws IOException that names the address and why nobody can listen there now
     */
    public InetSocketAddress start(HttpSettings settings) throws IOException, InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        if (connections.size() > MAX_CONNECTIONS) {
                            channel.close();
                            return;
                        }
                        addHandlers(channel.pipeline(), pages, pageMaker, requestMillis);
                    }
                });
        listening = Listening.open(bootstrap, settings.bind(), settings.port());
        return (InetSocketAddress) listening.localAddress();
    }

    /** @param pageMaker runs what makes a page */
    static void addHandlers(ChannelPipeline pipeline, HttpPages pages, Executor pageMaker, long requestMillis) {
        pipeline.addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                .addLast(new HttpHandler(pages, pageMaker, requestMillis));
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
            connections.close().awaitUninterruptibly();
        }
        pageMaker.shutdown();
    }
}

package io.headrace.benchmarks.peers;

import io.headrace.transport.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Netty without a protocol, the receiving end: reads into buffers of the same sizes as the source {@code link}, counts
 * bytes, releases. The same two orders as of {@link LinkFarPeer}.
 */
public final class RawFarPeer implements PeerWork {
    private static final int LEAST_READ = 4 * 1024;
    private static final int FIRST_READ = 64 * 1024;
    private static final int MOST_READ = 256 * 1024;

    private final Path folder;
    private final EventLoops loops = EventLoops.open();
    private final AtomicLong received = new AtomicLong();
    private Channel listening;
    private Stopwatch watch;

    private RawFarPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new RawFarPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        return order.text("mode").equals("open") ? open() : finish(order);
    }

    private Map<String, String> open() throws Exception {
        received.set(0);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(LEAST_READ, FIRST_READ, MOST_READ))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Counter());
                    }
                });
        listening = bootstrap.bind("127.0.0.1", 0).sync().channel();
        watch = Stopwatch.start(folder);
        return Map.of("port", Integer.toString(((InetSocketAddress) listening.localAddress()).getPort()));
    }

    private Map<String, String> finish(Order order) throws Exception {
        long expected = order.number("wireBytes");
        // The last connection's end is told to us a moment after it was told to the other side.
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (received.get() < expected && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        if (received.get() != expected || expected == 0) {
            throw new IllegalStateException("bytes: " + received + " (expected: " + expected + ", not 0)");
        }
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(order.number("events"), order.number("bytes")));
        listening.close().sync();
        return figures;
    }

    @Override
    public void close() throws IOException {
        loops.close();
    }

    private final class Counter extends ChannelInboundHandlerAdapter {
        private long bytes;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf read = (ByteBuf) message;
            bytes += read.readableBytes();
            read.release();
        }

        /** The end of what came is told by closing, after it was counted. */
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            received.addAndGet(bytes);
        }
    }
}

package io.headrace.benchmarks.peers;

import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.net.CongestionControl;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Netty without a protocol, the sending end: writes buffers as large as frames, over and over, whenever the connection
 * takes more, with the water marks of the sink {@code link}, and with its congestion control or the system's. The time ends
 * when the other end has read the last byte and closed.
 */
public final class RawNearPeer implements PeerWork {
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(512 * 1024, 2 * 1024 * 1024);

    private final Path folder;
    private final EventLoops loops = EventLoops.open();

    private RawNearPeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new RawNearPeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        int frameEvents = (int) order.number("frameEvents");
        int eventBytes = (int) order.number("eventBytes");
        Frame[] frames;
        try (LinkFrames builder = new LinkFrames(eventBytes, frameEvents, 1)) {
            frames = builder.build((int) order.number("distinctBatches"));
        }
        ByteBuf[] buffers = new ByteBuf[frames.length];
        for (int i = 0; i < frames.length; i++) {
            buffers[i] = frames[i].retainedBuf();
        }
        CongestionControl congestion = CongestionControl.of(order.text("congestion"));
        AtomicLong written = new AtomicLong();
        List<Channel> channels = new ArrayList<>();
        Stopwatch watch = Stopwatch.start(folder);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(order.number("millis"));
        for (int i = 0; i < order.number("connections"); i++) {
            Bootstrap bootstrap = new Bootstrap()
                    .group(loops.group())
                    .channel(loops.socketChannel())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.ALLOCATOR, loops.allocator())
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) throws IOException {
                            congestion.apply(channel, true);
                            channel.pipeline().addLast(new Writer(buffers, end, written));
                        }
                    });
            channels.add(bootstrap
                    .connect("127.0.0.1", (int) order.number("port"))
                    .sync()
                    .channel());
        }
        for (Channel channel : channels) {
            channel.closeFuture().sync();
        }
        long events = written.get() * frameEvents;
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(events, events * eventBytes));
        figures.put("wireBytes", Long.toString(written.get() * buffers[0].readableBytes()));
        figures.put("sentEvents", Long.toString(events));
        figures.put("checksums", "0");
        for (int i = 0; i < frames.length; i++) {
            buffers[i].release();
            frames[i].release();
        }
        return figures;
    }

    @Override
    public void close() throws IOException {
        loops.close();
    }

    private static final class Writer extends ChannelInboundHandlerAdapter {
        private final ByteBuf[] buffers;
        private final long end;
        private final AtomicLong written;
        private int next;
        private boolean ended;

        Writer(ByteBuf[] buffers, long end, AtomicLong written) {
            this.buffers = buffers;
            this.end = end;
            this.written = written;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            write(ctx.channel());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable() && !ended) {
                // Not from within the flush that made it writable.
                ctx.executor().execute(() -> write(ctx.channel()));
            }
        }

        private void write(Channel channel) {
            while (channel.isWritable() && !ended) {
                while (channel.isWritable()) {
                    channel.write(buffers[next].retainedDuplicate(), channel.voidPromise());
                    next = next + 1 == buffers.length ? 0 : next + 1;
                    written.incrementAndGet();
                }
                if (System.nanoTime() > end) {
                    ended = true;
                    channel.write(Unpooled.EMPTY_BUFFER)
                            .addListener(done -> ((DuplexChannel) channel).shutdownOutput());
                }
                channel.flush();
            }
        }
    }
}

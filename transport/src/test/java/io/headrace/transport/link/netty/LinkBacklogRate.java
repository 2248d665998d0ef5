package io.headrace.transport.link.netty;

import com.sun.management.OperatingSystemMXBean;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogSettings;
import io.headrace.wal.SyncMode;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what it costs to send a backlog from the log, by {@code sendfile} and by buffers in turn, over loopback into a
 * memory channel: {@code LinkBacklogRate FOLDER [rounds] [MB] [bytes a frame]...}.
 */
public final class LinkBacklogRate {
    private LinkBacklogRate() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        long megabytes = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
        for (int round = 0; round <= rounds; round++) {
            for (int i = 3; i < args.length; i++) {
                int bytes = Integer.parseInt(args[i]);
                boolean first = round % 2 == 0;
                pass(folder, round, megabytes, bytes, first);
                pass(folder, round, megabytes, bytes, !first);
            }
        }
    }

    /** Round 0 is for the compiler. */
    private static void pass(Path folder, int round, long megabytes, int frameBytes, boolean sendfile)
            throws Exception {
        ChannelSettings settings = ChannelSettings.file("from", Integer.MAX_VALUE, folder)
                .withSync(SyncMode.NEVER, LogSettings.Appender.POSITIONAL);
        long frames = megabytes * 1_000_000 / frameBytes;
        fill(settings, frames, frameBytes);
        try (EventLoops sending = new EventLoops(1);
                EventLoops receiving = new EventLoops(1);
                ManagedChannel from = RealChannels.open(settings, new FileStorage());
                ManagedChannel to = RealChannels.open(ChannelSettings.memory("to", 10_000_000), null)) {
            TestContext sourceContext =
                    TestContext.source(receiving, RealChannels.processor(to), Map.of("bind", "127.0.0.1", "port", "0"));
            LinkSource source = new LinkSource(sourceContext);
            source.start();
            TestContext sinkContext = TestContext.sink(
                    sending,
                    from.consumer("sink"),
                    Map.of(
                            "hostname",
                            "127.0.0.1",
                            "port",
                            Integer.toString(source.address().getPort()),
                            "sendfile",
                            Boolean.toString(sendfile)));
            LinkSink sink = new LinkSink(sinkContext);
            long cpu = cpuNanos();
            long begin = System.nanoTime();
            sink.start();
            drain(to, frames);
            double took = (System.nanoTime() - begin) / 1e9;
            double cpuSeconds = (cpuNanos() - cpu) / 1e9;
            double gigabytes = sourceContext.count("ByteReceivedCount") / 1e9;
            System.out.printf(
                    "round %d, frames of %d bytes, %-8s %.2f GB/s, %.3f s of processor time a GB (%.0f %% by sendfile)%n",
                    round,
                    frameBytes,
                    sendfile ? "sendfile" : "buffers",
                    gigabytes / took,
                    cpuSeconds / gigabytes,
                    100.0 * sinkContext.count("ByteSentFromLogCount") / sinkContext.count("ByteSentCount"));
            sink.stop();
            source.stop();
        }
    }

    private static void fill(ChannelSettings settings, long frames, int frameBytes) throws Exception {
        try (ManagedChannel channel = RealChannels.open(settings, new FileStorage())) {
            ChannelProcessor processor = RealChannels.processor(channel);
            Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, frameBytes);
            PutTicket ticket = processor.newTicket();
            try (SourceInput input = processor.anonymousInput()) {
                for (long i = 0; i < frames; i++) {
                    processor.put(input, 0, frame, true, ticket);
                }
            }
            while (!ticket.isAcknowledged()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            frame.release();
        }
    }

    private static void drain(ManagedChannel channel, long frames) {
        Thread me = Thread.currentThread();
        var consumer = channel.consumer("drain");
        consumer.setListener(() -> LockSupport.unpark(me));
        long seen = 0;
        while (seen < frames) {
            Lease lease = consumer.tryLease(1_000_000, 8 << 20);
            if (lease == null) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            } else {
                seen += lease.size();
                lease.commit();
            }
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}

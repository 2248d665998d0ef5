package io.headrace.transport.link.netty;

import com.sun.management.OperatingSystemMXBean;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.TestFrames;
import io.headrace.transport.tls.TestCertificates;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.pkitesting.X509Bundle;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures a sink and a source {@code link} with memory channels over loopback in one process, one event loop each:
 * {@code LinkThroughput [events a frame] [bytes an event] [seconds] [shared]}. Frames are built once; what is measured
 * is channel, link, checksum and channel.
 */
public final class LinkThroughput {
    private LinkThroughput() {}

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        int bytes = args.length > 1 ? Integer.parseInt(args[1]) : 200;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        boolean shared = args.length > 3 && args[3].equals("shared");
        boolean tls = args.length > 3 && args[3].equals("tls");
        Map<String, String> ofSource = new HashMap<>(Map.of("bind", "127.0.0.1", "port", "0"));
        Map<String, String> ofSink = new HashMap<>(Map.of("hostname", "127.0.0.1"));
        if (tls) {
            Path folder = Files.createTempDirectory("headrace-link-throughput");
            TestCertificates certificates = new TestCertificates(folder);
            X509Bundle own = certificates.signed(certificates.authority("CN=authority"), "CN=collector");
            Path pem = certificates.pem("own.pem", own);
            pem.toFile().deleteOnExit();
            folder.toFile().deleteOnExit();
            ofSource.putAll(Map.of("ssl", "true", "keystore", pem.toString(), "keystore-type", "PEM"));
            ofSink.putAll(Map.of("ssl", "true", "trust-all-certs", "true"));
        }
        try (EventLoops sending = new EventLoops(1);
                EventLoops receiving = shared ? sending : new EventLoops(1);
                ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 10_000_000), null);
                ManagedChannel to = RealChannels.open(ChannelSettings.memory("to", 10_000_000), null)) {
            TestContext sourceContext = TestContext.source(receiving, RealChannels.processor(to), ofSource);
            LinkSource source = new LinkSource(sourceContext);
            source.start();
            ofSink.put("port", Integer.toString(source.address().getPort()));
            TestContext sinkContext = TestContext.sink(sending, from.consumer("sink"), ofSink);
            LinkSink sink = new LinkSink(sinkContext);
            sink.start();
            Thread filler = start(() -> fill(RealChannels.processor(from), events, bytes));
            Thread drainer = start(() -> drain(to));
            TimeUnit.SECONDS.sleep(3);
            measure(sourceContext, sinkContext, seconds);
            filler.interrupt();
            filler.join();
            sink.stop();
            source.stop();
            drainer.interrupt();
            drainer.join();
        }
    }

    private static void measure(TestContext source, TestContext sink, int seconds) throws InterruptedException {
        long bytes = source.count("ByteReceivedCount");
        long frames = source.count("FrameReceivedCount");
        long acked = source.count("EventAcceptedCount");
        long acks = source.count("AckSentCount");
        long copied = source.count("ByteCopiedCount");
        long cpu = cpuNanos();
        long begin = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double took = (System.nanoTime() - begin) / 1e9;
        cpu = cpuNanos() - cpu;
        bytes = source.count("ByteReceivedCount") - bytes;
        frames = source.count("FrameReceivedCount") - frames;
        acked = source.count("EventAcceptedCount") - acked;
        acks = source.count("AckSentCount") - acks;
        copied = source.count("ByteCopiedCount") - copied;
        System.out.printf(
                "%.0f MB/s, %.0f MB per second of processor time, %.0f frames/s, %.2f M events/s, %.1f"
                        + " frames per ack, credit stalls %d, %.1f %% copied%n",
                bytes / took / 1e6,
                bytes / (cpu / 1e9) / 1e6,
                frames / took,
                acked / took / 1e6,
                (double) frames / acks,
                sink.count("CreditStallCount"),
                100.0 * copied / bytes);
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void fill(ChannelProcessor processor, int events, int bytes) {
        Frame frame =
                TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, events, bytes, System.currentTimeMillis() * 1000);
        SourceInput input = processor.anonymousInput();
        PutTicket ticket = processor.newTicket();
        while (!Thread.currentThread().isInterrupted()) {
            if (processor.tryPut(input, 0, frame, true, ticket) == PutStatus.FULL) {
                Thread me = Thread.currentThread();
                processor.whenRoom(ticket.fullChannel(), () -> LockSupport.unpark(me));
                LockSupport.park();
            }
        }
        frame.release();
    }

    private static void drain(ManagedChannel channel) {
        Thread me = Thread.currentThread();
        var consumer = channel.consumer("drain");
        consumer.setListener(() -> LockSupport.unpark(me));
        while (!Thread.currentThread().isInterrupted()) {
            Lease lease = consumer.tryLease(1_000_000, 8 << 20);
            if (lease == null) {
                LockSupport.park();
            } else {
                lease.commit();
            }
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }
}

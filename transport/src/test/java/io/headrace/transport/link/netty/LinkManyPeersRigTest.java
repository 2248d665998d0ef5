package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.PeerBytes;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.StreamId;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What many connections cost a collector in a process of its own, by what Linux says of it. Takes two minutes; prints
 * its figures. {@code transport/PROOF.md} has the command.
 */
@Tag("rig")
class LinkManyPeersRigTest {
    private static final int IDLE = 2_000;
    private static final int BUSY = 100;

    /** How often a sink without events says PING. */
    private static final long PING_SECONDS = 20;

    private static final int WARM_PINGS = 20_000;
    private static final long MIB = 1024 * 1024;

    /** USER_HZ of all Linux systems that Java runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private final List<Socket> sockets = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<LinkSink> sinks = new ArrayList<>();
    private final List<TestContext> sent = new ArrayList<>();
    private final EventLoops loops = new EventLoops(1);
    private Process collector;
    private int port;

    @BeforeEach
    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-opens",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Xms64m",
                "-Xmx256m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LinkCollector.class.getName()));
        collector = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = collector.inputReader();
        port = Integer.parseInt(said.readLine());
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        sinks.forEach(LinkSink::stop);
        channels.forEach(ManagedChannel::close);
        loops.close();
        collector.destroy();
        collector.waitFor();
    }

    @Test
    void shouldHold2000IdleConnectionsIn64MiBAnd1PercentOfACore() throws Exception {
        connect(20);
        double coreBefore = coreUse();
        long memoryBefore = kib("VmRSS");
        connect(IDLE);
        double coreAfter = coreUse();
        long memoryAfter = kib("VmRSS");
        System.out.printf(
                "%d idle connections: resident %.1f MiB above %.1f, %.2f %% of a core above %.2f%n",
                IDLE,
                (memoryAfter - memoryBefore) / 1024.0,
                memoryBefore / 1024.0,
                100 * (coreAfter - coreBefore),
                100 * coreBefore);
        assertThat((memoryAfter - memoryBefore) * 1024).isLessThanOrEqualTo(64 * MIB);
        assertThat(coreAfter - coreBefore).isLessThanOrEqualTo(0.01);
    }

    @Test
    void shouldServe100BusySendersFairlyIn512MiB() throws Exception {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, 100, 200, 0);
        for (int i = 0; i < BUSY; i++) {
            ManagedChannel channel = RealChannels.open(ChannelSettings.memory("from", 5_000), null);
            channels.add(channel);
            TestContext context = TestContext.sink(
                    loops, channel.consumer("sink"), Map.of("hostname", "127.0.0.1", "port", Integer.toString(port)));
            sent.add(context);
            LinkSink sink = new LinkSink(context);
            sink.start();
            sinks.add(sink);
        }
        List<ChannelProcessor> processors =
                channels.stream().map(RealChannels::processor).toList();
        List<SourceInput> inputs =
                processors.stream().map(ChannelProcessor::anonymousInput).toList();
        fill(processors, inputs, frame, 5);
        long[] before = answered();
        fill(processors, inputs, frame, 20);
        long[] after = answered();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < BUSY; i++) {
            least = Math.min(least, after[i] - before[i]);
        }
        double mean = (LongStream.of(after).sum() - LongStream.of(before).sum()) / (double) BUSY;
        System.out.printf(
                "%d busy senders: resident at most %.1f MiB; frames of 20 s, slowest %d, mean %.0f%n",
                BUSY, kib("VmHWM") / 1024.0, least, mean);
        inputs.forEach(SourceInput::close);
        frame.release();
        assertThat(kib("VmHWM") * 1024).isLessThan(512 * MIB);
        assertThat((double) least).isGreaterThanOrEqualTo(mean / 2);
    }

    /** All senders have something to send all the time. */
    private static void fill(List<ChannelProcessor> processors, List<SourceInput> inputs, Frame frame, long seconds) {
        List<PutTicket> tickets =
                processors.stream().map(ChannelProcessor::newTicket).toList();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            for (int i = 0; i < processors.size(); i++) {
                PutStatus status = PutStatus.ACCEPTED;
                while (status == PutStatus.ACCEPTED) {
                    status = processors.get(i).tryPut(inputs.get(i), 0, frame, true, tickets.get(i));
                }
            }
        }
    }

    private long[] answered() {
        return sent.stream()
                .mapToLong(context -> context.count("FrameAckedCount"))
                .toArray();
    }

    private void connect(int more) throws IOException {
        for (int i = 0; i < more; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(PeerBytes.hello(new StreamId(5, sockets.size())));
            // WELCOME
            socket.getInputStream().readNBytes(44);
            sockets.add(socket);
        }
    }

    /** Part of a core that the collector uses while its peers only say PING, once what it does then is compiled. */
    private double coreUse() throws Exception {
        for (int i = 0; i < WARM_PINGS; i += sockets.size()) {
            ping(TimeUnit.SECONDS.toNanos(1) * sockets.size() / (WARM_PINGS / 10));
        }
        ping(TimeUnit.SECONDS.toNanos(PING_SECONDS));
        long ticks = ticks();
        long begin = System.nanoTime();
        ping(TimeUnit.SECONDS.toNanos(PING_SECONDS));
        return (ticks() - ticks) / (double) TICKS_PER_SECOND / ((System.nanoTime() - begin) / 1e9);
    }

    /** Each says it once, one after the other, evenly over the time; the answers are read. */
    private void ping(long nanos) throws IOException {
        byte[] ping = PeerBytes.ping(1);
        long begin = System.nanoTime();
        for (int i = 0; i < sockets.size(); i++) {
            long due = begin + nanos * (i + 1) / sockets.size();
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            sockets.get(i).getOutputStream().write(ping);
            sockets.get(i).getInputStream().readNBytes(ping.length);
        }
    }

    /** Processor time of the collector. */
    private long ticks() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(collector.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private long kib(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(collector.pid()), "status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}

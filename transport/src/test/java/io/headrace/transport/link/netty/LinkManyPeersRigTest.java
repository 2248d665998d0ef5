package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSource;
import io.headrace.transport.link.PeerBytes;
import io.headrace.transport.link.TestFrames;
import io.headrace.wal.StreamId;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
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
 * What many connections cost a collector in a process of its own, by what Linux says of it. Takes four minutes; prints
 * its figures. {@code transport/PROOF.md} has the command.
 */
@Tag("rig")
class LinkManyPeersRigTest {
    private static final int IDLE = 2_000;
    private static final int BUSY = 100;

    private static final int WARM_PEERS = 20;
    private static final int WARM_PINGS = 20_000;
    private static final long NONE_SECONDS = 20;
    private static final long IDLE_SECONDS = 60;

    /** By then each connection was asked whether anybody is there. */
    private static final long ROUND_SECONDS = 32;

    private static final long QUIET_SECONDS = 5;
    private static final int QUIET_LOOKS = 12;
    private static final long MIB = 1024 * 1024;

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
        sinks.forEach(LinkSink::stop);
        channels.forEach(ManagedChannel::close);
        loops.close();
        collector.destroy();
        collector.waitFor();
    }

    @Test
    void shouldHold2000IdleConnectionsIn64MiBAndHalfAPercentOfACore() throws Exception {
        warm();
        CollectorProcess of = new CollectorProcess(collector.pid());
        awaitQuiet(of);
        double coreBefore = coreUse(of, NONE_SECONDS);
        long memoryBefore = of.kib("VmRSS");
        for (int i = 0; i < IDLE; i++) {
            start(new ModelSource(new StreamId(5, i)));
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> connections() == IDLE);
        pass(ROUND_SECONDS);
        awaitQuiet(of);
        double core = coreUse(of, IDLE_SECONDS);
        long memory = of.kib("VmRSS");
        assertThat(connections()).isEqualTo(IDLE);
        sinks.forEach(LinkSink::stop);
        awaitQuiet(of);
        double coreAfter = coreUse(of, NONE_SECONDS);
        double none = (coreBefore + coreAfter) / 2;
        System.out.printf(
                "%d idle connections: resident %.1f MiB above %.1f; %.2f %% of a core above %.2f (%.2f before, %.2f after)%n",
                IDLE,
                (memory - memoryBefore) / 1024.0,
                memoryBefore / 1024.0,
                100 * (core - none),
                100 * none,
                100 * coreBefore,
                100 * coreAfter);
        assertThat((memory - memoryBefore) * 1024).isLessThanOrEqualTo(64 * MIB);
        assertThat(core - none).isLessThanOrEqualTo(0.005);
    }

    @Test
    void shouldServe100BusySendersFairlyIn512MiB() throws Exception {
        Frame frame = TestFrames.of(PooledByteBufAllocator.DEFAULT, 1, 100, 200, 0);
        for (int i = 0; i < BUSY; i++) {
            ManagedChannel channel = RealChannels.open(ChannelSettings.memory("from", 5_000), null);
            channels.add(channel);
            start(channel.consumer("sink"));
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
        CollectorProcess of = new CollectorProcess(collector.pid());
        double mean = (LongStream.of(after).sum() - LongStream.of(before).sum()) / (double) BUSY;
        System.out.printf(
                "%d busy senders: resident at most %.1f MiB; frames of 20 s, slowest %d, mean %.0f%n",
                BUSY, of.kib("VmHWM") / 1024.0, least, mean);
        inputs.forEach(SourceInput::close);
        frame.release();
        assertThat(of.kib("VmHWM") * 1024).isLessThan(512 * MIB);
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

    /** Made by sinks, lost ones too. */
    private long connections() {
        return sent.stream()
                .mapToLong(sink -> sink.count("ConnectionCreatedCount"))
                .sum();
    }

    private void start(ChannelConsumer consumer) {
        TestContext context = TestContext.sink(
                loops,
                consumer,
                Map.of(
                        "hostname",
                        "127.0.0.1",
                        "port",
                        Integer.toString(port),
                        "request-timeout",
                        System.getProperty("peers.timeout", "20000")));
        sent.add(context);
        LinkSink sink = new LinkSink(context);
        sink.start();
        sinks.add(sink);
    }

    /** Has the collector do often what it does for idle connections. */
    private void warm() throws IOException {
        List<Socket> peers = new ArrayList<>();
        for (int i = 0; i < WARM_PEERS; i++) {
            Socket peer = new Socket("127.0.0.1", port);
            peers.add(peer);
            peer.setSoTimeout(60_000);
            peer.setTcpNoDelay(true);
            peer.getOutputStream().write(PeerBytes.hello(new StreamId(6, i)));
            // WELCOME
            peer.getInputStream().readNBytes(44);
        }
        byte[] ping = PeerBytes.ping(1);
        byte[] pong = PeerBytes.pong(2);
        for (int i = 0; i < WARM_PINGS; i++) {
            Socket peer = peers.get(i % WARM_PEERS);
            peer.getOutputStream().write(pong);
            peer.getOutputStream().write(ping);
            peer.getInputStream().readNBytes(ping.length);
        }
        for (Socket peer : peers) {
            peer.close();
        }
    }

    /** Until the collector's compilers have done nothing for a while. */
    private static void awaitQuiet(CollectorProcess of) throws IOException {
        long before = -1;
        for (int i = 0; i < QUIET_LOOKS && of.compilerTicks() != before; i++) {
            before = of.compilerTicks();
            pass(QUIET_SECONDS);
        }
        assertThat(of.compilerTicks()).as("compilers at work").isEqualTo(before);
    }

    /** Part of a core that the collector uses. */
    private static double coreUse(CollectorProcess of, long seconds) throws IOException {
        long ticks = of.ticks();
        long begin = System.nanoTime();
        pass(seconds);
        return (of.ticks() - ticks) / (double) CollectorProcess.TICKS_PER_SECOND / ((System.nanoTime() - begin) / 1e9);
    }

    private static void pass(long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}

package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the sender leases, sends, commits and rolls back while connections come and go. */
class LinkSenderTest extends SimLinkFixture {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Test
    void shouldPipelineAndCommitInOrderWhatIsAcknowledged() {
        sim.senderOptions = withBatch(10);
        sim.start();
        append(1, 100, 200);
        sim.settle();
        assertThat(sim.source.openLeases()).isEqualTo(10);
        assertThat(sim.sender.unanswered()).isEqualTo(100);
        sim.sink.sync(55);
        sim.settle();
        assertThat(sim.source.committedInOrder()).isEqualTo(ids(50));
        sim.sink.sync(45);
        sim.settle();
        assertThat(sim.source.committedInOrder()).isEqualTo(ids(100));
    }

    @Test
    void shouldCommitWithoutSendingWhatTheReceiverKeeps_R14() {
        sim.start();
        append(1, 20, 100);
        sim.settle();
        sim.sink.sync(15);
        // The answer is lost, and with it the connection.
        sim.connection().fromReceiver.cut();
        sim.connection().fromSender.cut();
        sim.settle();
        sim.advance(1_000);
        sim.settle();
        assertThat(sim.senderMetrics.counter("FrameKeptCount").get()).isEqualTo(15);
        assertThat(sim.senderMetrics.counter("FrameSentCount").get()).isEqualTo(25);
        sim.sink.sync(20);
        sim.settle();
        sim.sink.drain(20);
        assertThat(sim.source.isEmpty()).isTrue();
        assertThat(sim.sink.delivered()).isEqualTo(ids(20));
    }

    @Test
    void shouldRollBackEveryOpenLeaseWhenTheConnectionBreaks() {
        sim.senderOptions = withBatch(10);
        sim.start();
        append(1, 100, 200);
        sim.settle();
        assertThat(sim.source.openLeases()).isEqualTo(10);
        sim.unreachable = true;
        sim.sender.disconnected(sim.connection().fromSender, "reset");
        assertThat(sim.source.openLeases()).isZero();
        assertThat(sim.sender.trouble()).contains("connection to sim:1 lost: reset");
    }

    @Test
    void shouldWaitLongerEachTimeItCannotConnect() {
        sim.unreachable = true;
        sim.start();
        int dials = 0;
        for (int millis = 0; millis < 60_000; millis += 10) {
            sim.advance(10);
            sim.work();
            if (sim.isDialling()) {
                dials++;
                sim.answerDial();
            }
        }
        // 100 ms doubling to 5 s, less up to half by chance.
        assertThat(dials).isBetween(12, 35);
        sim.unreachable = false;
        sim.advance(5_000);
        sim.settle();
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.STREAMING);
        assertThat(sim.sender.trouble()).isNull();
        assertThat(sim.health.get(sim.health.size() - 1)).isEqualTo("+connected to sim:1");
    }

    @Test
    void shouldDrainWhatIsOpenAndLeaseNothingMore() {
        sim.start();
        append(1, 10, 100);
        sim.settle();
        sim.sender.drain();
        append(11, 20, 100);
        sim.settle();
        assertThat(sim.sender.isDrained()).isFalse();
        sim.sink.sync(20);
        sim.settle();
        assertThat(sim.sender.isDrained()).isTrue();
        assertThat(sim.source.committedInOrder()).isEqualTo(ids(10));
        assertThat(sim.sink.published()).isEqualTo(10);
    }

    @Test
    void shouldSendNothingMoreToAReceiverThatLeavesAndComeBackLater() {
        sim.start();
        append(1, 10, 100);
        sim.settle();
        sim.streams.goAway("restarts");
        sim.settle();
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.LEAVING);
        append(11, 20, 100);
        sim.sink.sync(10);
        sim.settle();
        assertThat(sim.source.committedInOrder()).isEqualTo(ids(10));
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.PAUSED);
        sim.startReceiver();
        sim.advance(1_000);
        sim.settle();
        sim.sink.sync(20);
        sim.settle();
        sim.sink.drain(20);
        assertThat(sim.sink.delivered()).isEqualTo(ids(20));
    }

    @Test
    void shouldAnswerManyLeasesAtOnceInTimeThatGrowsWithTheirNumber() {
        sim.start();
        SimLink wide = new SimLink(1, Long.MAX_VALUE, allocator);
        wide.senderOptions =
                new LinkSenderOptions("agent", "channel", "", 1, 1 << 20, 1 << 30, 20_000, 20_000, 100, 5_000, 30_000);
        wide.receiverOptions = new LinkReceiverOptions(AckLevel.ACCEPTED, 1 << 20, 1 << 30, 60_000, 5_000, 60_000);
        wide.receiveBytes = 1 << 30;
        wide.start();
        int frames = 40_000;
        Frame one = TestFrames.of(allocator, 1, 8);
        for (int i = 0; i < frames; i++) {
            wide.source.append(one.retain(), 0);
        }
        one.release();
        wide.settle();
        assertThat(wide.sender.unanswered()).isEqualTo(frames);
        wide.sink.sync(frames);
        wide.runTasks();
        long start = THREADS.getCurrentThreadCpuTime();
        wide.deliverToSender(wide.connection(), Integer.MAX_VALUE);
        assertThat(THREADS.getCurrentThreadCpuTime() - start).isLessThan(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(wide.source.isEmpty()).isTrue();
        wide.close();
    }

    @Test
    void shouldSurviveAnyMessageWithASoundChecksum_R19() {
        sim.start();
        append(1, 20, 100);
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            sim.advance(60_000);
            sim.work();
            sim.answerDial();
            if (random.nextInt(4) > 0) {
                handshake();
            }
            try {
                for (int i = 0; i < 6; i++) {
                    sim.sender.received(sim.connection().fromSender, Wire.anyMessage(allocator, random));
                    sim.work();
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            sim.sender.disconnected(sim.connection().fromSender, "reset");
            sim.connection().receiver.disconnected();
        }
    }

    private static LinkSenderOptions withBatch(int events) {
        return new LinkSenderOptions(
                "agent", "channel", "", events, 1 << 20, 16 << 20, 20_000, 20_000, 100, 5_000, 30_000);
    }
}

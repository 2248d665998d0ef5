package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sender against a real receiver over connections that a test breaks. */
class LinkSenderTest {
    private static final int PING_BYTES = 24;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final SimLink sim = new SimLink(1, 1 << 20, allocator);

    @AfterEach
    void shouldHaveReleasedEverything() {
        sim.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(sim.errors).isEmpty();
    }

    private void append(int from, int to, int bytes) {
        for (long id = from; id <= to; id++) {
            sim.source.append(TestFrames.of(allocator, id, bytes), 0);
        }
    }

    private static List<Long> ids(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private long sent() {
        return sim.senderMetrics.counter("FrameSentCount").get();
    }

    private int helloes() {
        return (int) sim.senderMetrics.counter("ConnectionCreatedCount").get();
    }

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
    void shouldSendAFrameLargerThanAnyCreditAlone_R13() {
        sim.start();
        append(1, 3, 300_000);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(1);
        sim.sink.sync(1);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(2);
        sim.sink.sync(1);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(3);
        assertThat(sim.receiverMetrics.counter("RejectSentCount").get()).isZero();
        assertThat(sim.senderMetrics.counter("CreditStallCount").get()).isPositive();
    }

    @Test
    void shouldNeverSendMoreThanTheWindowUnacknowledged() {
        sim.senderOptions =
                new LinkSenderOptions("agent", "channel", "", 100, 1 << 20, 64 * 1024, 2_000, 2_000, 100, 1_000, 3_000);
        sim.receiveBytes = 64 << 20;
        sim.start();
        append(1, 100, 10_000);
        sim.settle();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
    }

    @Test
    void shouldStayConnectedForHoursWhileTheReceiverIsFull_R13() {
        sim.start();
        append(1, 200, 20_000);
        sim.settle();
        sim.sink.sync(1000);
        sim.settle();
        int published = sim.sink.published();
        for (int i = 0; i < 3_600; i++) {
            sim.advance(1_000);
            sim.settle();
            sim.streams.checkTime();
        }
        assertThat(helloes()).isEqualTo(1);
        assertThat(sim.sink.published()).isEqualTo(published);
        for (int i = 0; i < 200; i++) {
            sim.sink.drain(1);
            sim.settle();
            sim.sink.sync(1000);
            sim.settle();
        }
        sim.sink.drain(1000);
        assertThat(sim.sink.delivered()).isEqualTo(ids(200));
        assertThat(helloes()).isEqualTo(1);
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
        assertThat(sent()).isEqualTo(25);
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
    void shouldGiveUpAConnectionOverWhichNothingIsHeard() {
        sim.start();
        append(1, 5, 100);
        sim.settle();
        sim.sink.sync(5);
        long before = helloes();
        // Neither side learns of it; only time tells.
        SimConnection silent = sim.connection();
        for (int i = 0; i < 25; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).contains("nothing heard of sim:1 for 20000 ms");
        assertThat(silent.fromSender.isClosed()).isTrue();
        sim.advance(5_000);
        sim.settle();
        assertThat(helloes()).isGreaterThan((int) before);
        assertThat(sim.source.isEmpty()).isTrue();
    }

    @Test
    void shouldSendASoundFrameOnceMoreThenBackOffWhenItsChecksumIsRefused_R18() {
        sim.start();
        append(1, 3, 1_000);
        sim.work();
        sim.answerDial();
        handshake();
        corruptLastFrame();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        assertThat(sim.health)
                .as("the first refusal is nobody's fault yet")
                .noneMatch(said -> said.contains("refused"));
        // At once, without a pause.
        sim.work();
        assertThat(sim.isDialling()).isTrue();
        sim.answerDial();
        handshake();
        corruptLastFrame();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        sim.work();
        assertThat(sim.isDialling()).isFalse();
        assertThat(sim.sender.trouble()).contains("sound frame refused again").contains("frame 3 (CHECKSUM)");
        sim.advance(5_000);
        sim.settle();
        sim.sink.sync(3);
        sim.settle();
        sim.sink.drain(3);
        assertThat(sim.sink.delivered()).isEqualTo(ids(3));
        assertThat(sim.sender.trouble()).isNull();
    }

    @Test
    void shouldNotSpinWhenAnotherFrameIsRefusedEachTime_R18() {
        sim.start();
        append(1, 3, 1_000);
        sim.work();
        for (int position = 1; position <= 3; position++) {
            sim.answerDial();
            handshake();
            sim.connection()
                    .fromReceiver
                    .write(LinkEncoder.reject(allocator, RejectCode.CHECKSUM, position, "changed under way"));
            sim.connection().fromReceiver.flush();
            sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
            sim.work();
        }
        assertThat(helloes()).as("connections without a pause").isEqualTo(2);
        assertThat(sim.sender.trouble()).contains("sound frame refused again");
    }

    @Test
    void shouldFinishALargeFrameOnASlowPath() {
        sim.senderOptions =
                new LinkSenderOptions("agent", "channel", "", 10, 1 << 20, 16 << 20, 2_000, 2_000, 100, 5_000, 30_000);
        sim.start();
        append(1, 1, 1_000_000);
        sim.work();
        sim.answerDial();
        handshake();
        for (int i = 0; i < 120 && sim.sink.published() == 0; i++) {
            sim.deliverToReceiver(sim.connection(), 10_000);
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.STREAMING);
        assertThat(sim.sender.trouble()).isNull();
        assertThat(sim.sink.published()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAPeerThatTakesNothingOfALargeFrame() {
        sim.start();
        append(1, 1, 1_000_000);
        sim.work();
        sim.answerDial();
        handshake();
        for (int i = 0; i < 25; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).contains("nothing heard of");
    }

    @Test
    void shouldSpeakWhenItOnlyHears() {
        sim.start();
        append(1, 100, 100);
        sim.settle();
        int spoke = 0;
        for (int i = 0; i < 90; i++) {
            sim.advance(1_000);
            sim.work();
            spoke += sim.connection().fromSender.inFlight() > 0 ? 1 : 0;
            sim.sink.sync(1);
            sim.settle();
            sim.streams.checkTime();
        }
        assertThat(helloes()).as("the receiver gave it up as silent").isEqualTo(1);
        assertThat(spoke).as("without being asked").isEqualTo(12);
        assertThat(sim.sender.unanswered()).isEqualTo(10);
    }

    @Test
    void shouldSpeakRarelyWhileNothingAwaitsAnAnswerAndNobodyAsks() {
        sim.start();
        sim.settle();
        int pings = 0;
        for (int i = 0; i < 36_000; i++) {
            sim.advance(100);
            sim.work();
            pings += sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE) ? 1 : 0;
            sim.settle();
        }
        assertThat(pings).isBetween(80, 3_600 / 40);
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldNotAskWhileFramesGoAndAreAnswered() {
        sim.start();
        sim.settle();
        Set<Integer> dataBytes = new HashSet<>();
        for (int i = 0; i < 600; i++) {
            sim.advance(100);
            sim.work();
            assertThat(sim.connection().fromSender.inFlight()).isZero();
            if (i % 10 == 0) {
                append(1 + i / 10, 1 + i / 10, 100);
                sim.work();
                sim.work();
                dataBytes.add(sim.connection().fromSender.inFlight());
                sim.settle();
                sim.sink.sync(1);
                sim.settle();
            }
        }
        assertThat(dataBytes).as("DATA alone").hasSize(1);
        assertThat(sim.sender.unanswered()).isZero();
    }

    @Test
    void shouldBeKeptByAReceiverThatWaitsForLessTimeThanItIsSilent() {
        LinkReceiverOptions usual = LinkReceiverOptions.defaults();
        sim.receiverOptions = new LinkReceiverOptions(
                usual.level(), usual.maxFrameLength(), usual.maxConnectionBytes(), 5_000, 5_000, 60_000);
        sim.start();
        sim.settle();
        for (int i = 0; i < 600; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldBeAskedBeforeAReceiverThatLooksNoMoreOftenThanItWaitsGivesItUp() {
        LinkReceiverOptions usual = LinkReceiverOptions.defaults();
        sim.receiverOptions = new LinkReceiverOptions(
                usual.level(), usual.maxFrameLength(), usual.maxConnectionBytes(), 1_000, 5_000, 60_000);
        sim.start();
        sim.settle();
        for (int i = 0; i < 60; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAnIdleConnectionThatDoesNotAnswerItsPing() {
        sim.start();
        sim.settle();
        SimConnection silent = sim.connection();
        for (int i = 0; i < 59; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).isNull();
        assertThat(silent.fromSender.inFlight()).as("after 40, 47, 54 s").isEqualTo(3 * PING_BYTES);
        sim.advance(1_000);
        sim.work();
        assertThat(sim.sender.trouble()).contains("nothing heard of sim:1 for 20000 ms");
        assertThat(silent.fromSender.isClosed()).isTrue();
    }

    /** For many connections that costs it less than PINGs that come when they like. */
    @Test
    void shouldLeaveItToTheReceiverToAskWhereNothingIsToBeSent() {
        sim.start();
        sim.settle();
        SimConnection idle = sim.connection();
        int asked = 0;
        int said = 0;
        for (int i = 0; i < 300; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            asked += idle.fromReceiver.inFlight() / PING_BYTES;
            sim.deliverToSender(idle, Integer.MAX_VALUE);
            sim.work();
            said += idle.fromSender.inFlight() / PING_BYTES;
            sim.settle();
        }
        assertThat(asked).isBetween(9, 13);
        assertThat(said).as("PONGs and nothing else").isEqualTo(asked);
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldGiveTheReceiverItsWholeTimeAfterAnIdleWhile() {
        sim.start();
        sim.settle();
        sim.advance(19_000);
        sim.work();
        append(1, 1, 100);
        sim.work();
        for (int i = 0; i < 19; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).isNull();
        sim.advance(1_000);
        sim.work();
        assertThat(sim.sender.trouble()).contains("nothing heard of");
    }

    private Wire welcomed(LinkSenderOptions options, long credit) {
        sim.senderOptions = options;
        sim.start();
        sim.work();
        Wire wire = new Wire(allocator);
        sim.sender.connected(wire);
        sim.sender.received(
                wire,
                LinkEncoder.welcome(
                        allocator, new Welcome(LinkLayout.VERSION, 0, 1 << 20, AckLevel.ACCEPTED, 0, credit)));
        sim.work();
        wire.said.removeIf(said -> !said.startsWith("PING"));
        return wire;
    }

    private void acknowledge(Wire wire, long frames, long credit) {
        sim.sender.received(wire, LinkEncoder.ack(allocator, frames, credit));
        sim.work();
    }

    private static LinkSenderOptions withWindow(long bytes) {
        return new LinkSenderOptions("agent", "channel", "", 10, 1 << 20, bytes, 20_000, 20_000, 100, 5_000, 30_000);
    }

    private static long count(Wire wire, String what) {
        return wire.said.stream().filter(said -> said.startsWith(what)).count();
    }

    @Test
    void shouldAskOnceForAnAnswerWithoutWhichItsSmallWindowStaysFull() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        sim.work();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(count(wire, "PING")).isEqualTo(1);
        sim.work();
        assertThat(count(wire, "PING")).isEqualTo(1);
        acknowledge(wire, 0, 2 << 20);
        assertThat(count(wire, "PING")).as("nothing is answered").isEqualTo(1);
        acknowledge(wire, 4, 2 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(count(wire, "PING")).isEqualTo(2);
    }

    /** Half of the window is used: before the frames that fill it. */
    @Test
    void shouldAskOnceItMayWriteAgain() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        wire.said.clear();
        wire.writable = false;
        acknowledge(wire, 2, 1 << 20);
        assertThat(wire.said).isEmpty();
        wire.writable = true;
        sim.work();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(wire.said.get(0)).startsWith("PING ");
        assertThat(count(wire, "PING")).isEqualTo(1);
    }

    /** Asked before, it would be about nothing, and what then fills the window again would wait at the receiver. */
    @Test
    void shouldAskBehindWhatFillsTheWindowOnceMoreAndNotBefore() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        wire.said.clear();
        acknowledge(wire, 6, 2 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(wire.said.get(0)).startsWith("DATA ");
        assertThat(wire.last()).startsWith("PING ");
        assertThat(count(wire, "PING")).isEqualTo(1);
    }

    @Test
    void shouldNotAskWhereItMayGoOnWithMoreCredit() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(10 << 20), 100_000);
        acknowledge(wire, 0, 1 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(60);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereSoManyFramesAreUnderWayThatTheReceiverAnswers() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(200_000), 10 << 20);
        assertThat(sim.sender.unanswered()).isBetween((long) LinkLayout.ACK_FRAMES, 20L);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereSoMuchOfTheCreditIsUsedThatTheReceiverAnswers() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(10 << 20), 100_000);
        assertThat(sim.sender.unanswered()).isEqualTo(9);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereAllIsSent() {
        append(1, 5, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(5);
        assertThat(count(wire, "PING")).isZero();
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
            java.util.Random random = new java.util.Random(seed);
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

    @Test
    void shouldStallAndDropNothingWhenItsOwnCopyIsDamaged_R18() {
        sim.start();
        append(1, 3, 1_000);
        Frame damaged = sim.source.frame(2);
        UnsafeBuffer memory = new UnsafeBuffer(damaged.retainedBuf().nioBuffer());
        damaged.retainedBuf().release(2);
        memory.putByte(500, (byte) ~memory.getByte(500));
        sim.settle();
        assertThat(sim.sender.trouble()).contains("frame 2 is damaged in this channel");
        assertThat(sim.source.committedInOrder()).isEmpty();
        int helloes = helloes();
        for (int i = 0; i < 2_900; i++) {
            sim.advance(10);
            sim.work();
            sim.answerDial();
        }
        assertThat(helloes()).as("connections within 29 s").isEqualTo(helloes);
        assertThat(sim.source.isEmpty()).isFalse();
    }

    @Test
    void shouldStallOnAFrameThatIsTooLargeAndSendWhatStandsBeforeIt() {
        sim.receiverOptions = new LinkReceiverOptions(AckLevel.ACCEPTED, 10_000, 1 << 20, 60_000, 5_000, 60_000);
        sim.start();
        append(1, 2, 100);
        append(3, 3, 20_000);
        append(4, 4, 100);
        sim.settle();
        sim.sink.sync(9);
        sim.settle();
        assertThat(sim.sender.trouble()).contains("frame of 20").contains("expected: <= 10000");
        assertThat(sim.sink.published()).isEqualTo(2);
        for (int i = 0; i < 600; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(helloes()).as("does not spin").isEqualTo(1);
        assertThat(sim.sender.trouble()).contains("frame of 20");
        // The receiver comes back with a larger limit.
        sim.receiverOptions = LinkReceiverOptions.defaults();
        sim.killReceiver();
        sim.settle();
        sim.advance(1_000);
        sim.settle();
        sim.sink.sync(9);
        sim.settle();
        sim.sink.drain(9);
        assertThat(sim.sink.delivered()).isEqualTo(ids(4));
        assertThat(sim.sender.trouble()).isNull();
    }

    @Test
    void shouldStallWithTheReasonWhenTheReceiverRefusesForGood() {
        sim.gate = new TokenGate("secret");
        sim.start();
        sim.settle();
        assertThat(sim.sender.trouble()).contains("sim:1 refused the connection (TOKEN)");
        for (int i = 0; i < 290; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
        sim.advance(2_000);
        sim.settle();
        assertThat(helloes()).as("tries again after 30 s").isEqualTo(2);
    }

    @Test
    void shouldSayThatTheReceiverTakesNothingAndThatItDoesAgain() {
        sim.start();
        append(1, 10, 100);
        sim.settle();
        for (int i = 0; i < 190; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(sim.sender.trouble()).as("before the request timeout").isNull();
        for (int i = 0; i < 20; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(sim.sender.state()).as("PING is answered").isEqualTo(LinkSender.State.STREAMING);
        assertThat(sim.sender.unanswered()).isEqualTo(10);
        assertThat(sim.health.get(sim.health.size() - 1))
                .isEqualTo("-sim:1 is there, but has taken nothing for 20000 ms: its channels may be full");
        sim.sink.sync(3);
        sim.settle();
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

    private void handshake() {
        sim.work();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        sim.work();
    }

    private void corruptLastFrame() {
        SimEnd end = sim.connection().fromSender;
        end.flip(end.inFlight() - 100, 1);
    }

    private static LinkSenderOptions withBatch(int events) {
        return new LinkSenderOptions(
                "agent", "channel", "", events, 1 << 20, 16 << 20, 20_000, 20_000, 100, 5_000, 30_000);
    }
}

package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an acknowledgement waits for more frames, on a clock that the test moves. */
class LinkAckHoldTest {
    private static final StreamId STREAM = new StreamId(1, 2);
    private static final int LARGE = 200_000;
    private static final long FULL_RATE_GAP = TimeUnit.MICROSECONDS.toNanos(50);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final LinkReceiverMetrics counted = new LinkReceiverMetrics(new MetricGroup(GroupType.SOURCE, "source"));
    private final ModelSink sink = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
    private final CreditBudget budget = new CreditBudget(64 << 20);
    private long nanos = 1;
    private final DrivenAlarm alarm = new DrivenAlarm(() -> nanos);
    private final LinkStreams streams = new LinkStreams(
            LinkReceiverOptions.defaults(),
            sink,
            budget,
            () -> nanos,
            () -> nanos / 1_000_000,
            counted,
            tasks::add,
            alarm,
            errors::add);
    private final Wire wire = new Wire(allocator);
    private final LinkReceiver receiver = newReceiver(wire);

    /** By size: what is in them makes no difference here. */
    private final Map<Integer, Frame> made = new HashMap<>();

    private long position;

    /** Frames of the first connection. */
    private long sent;

    @AfterEach
    void shouldHaveReleasedEverything() {
        streams.close();
        made.values().forEach(Frame::release);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(errors).isEmpty();
    }

    private LinkReceiver newReceiver(Wire output) {
        return new LinkReceiver(
                output,
                (joining, hello) -> joining.join(streams),
                LinkReceiverOptions.defaults(),
                counted,
                new TokenGate(""));
    }

    private void hello() {
        receiver.received(Wire.helloBytes(allocator, STREAM, 0, 0));
    }

    /** One DATA of one frame, all of it in one read. */
    private void frame(int bytes) {
        frame(receiver, bytes);
    }

    private void frame(LinkReceiver to, int bytes) {
        Frame frame = made.computeIfAbsent(bytes, size -> TestFrames.of(allocator, 1, size));
        sent += to == receiver ? 1 : 0;
        to.received(Wire.data(allocator, position, List.of(frame), ++position));
        to.readComplete();
    }

    private void frames(int count, int bytes, long gapNanos) {
        for (int i = 0; i < count; i++) {
            pass(gapNanos);
            frame(bytes);
        }
    }

    /** Credit has grown to where it does not make ACKs necessary. */
    private void fullRate() {
        hello();
        frames(400, LARGE, FULL_RATE_GAP);
    }

    private void leaveOneWaiting() {
        for (int i = 0; i < 100 && isAnswered(); i++) {
            frames(1, LARGE, FULL_RATE_GAP);
        }
        assertThat(isAnswered()).isFalse();
    }

    private void pass(long moreNanos) {
        nanos += moreNanos;
        alarm.run();
    }

    private long acks() {
        return wire.said.stream().filter(said -> said.startsWith("ACK ")).count();
    }

    private boolean isAnswered() {
        return wire.last().startsWith("ACK " + sent + " ");
    }

    @Test
    void shouldAnswerEightFramesWithOneAckAtFullRate() {
        fullRate();
        long before = acks();
        frames(800, LARGE, FULL_RATE_GAP);
        assertThat(800.0 / (acks() - before)).isGreaterThanOrEqualTo(8);
    }

    @Test
    void shouldAnswerEightOfTheLargestFramesWithOneAckAtFullRate() {
        hello();
        frames(100, 1_000_000, 5 * FULL_RATE_GAP);
        long before = acks();
        frames(200, 1_000_000, 5 * FULL_RATE_GAP);
        assertThat(200.0 / (acks() - before)).isGreaterThanOrEqualTo(8);
    }

    /** As one of several connections that share what their loop can do: never so many as it waits for within 4 ms. */
    @Test
    void shouldAnswerEightFramesWithOneAckWhenTheyComeNoFasterThanItMayWait() {
        fullRate();
        long before = acks();
        frames(800, LARGE, 9 * FULL_RATE_GAP);
        assertThat(800.0 / (acks() - before)).isGreaterThanOrEqualTo(8);
    }

    /** As a sender whose thread has to stand back for others now and then. */
    @Test
    void shouldAnswerEightFramesWithOneAckThoughTheSenderStandsStillNowAndThen() {
        hello();
        frames(100, 1_000_000, 4 * FULL_RATE_GAP);
        long before = acks();
        for (int i = 0; i < 12; i++) {
            frames(1, 1_000_000, TimeUnit.MILLISECONDS.toNanos(6));
            frames(35, 1_000_000, 4 * FULL_RATE_GAP);
        }
        assertThat(12 * 36.0 / (acks() - before)).isGreaterThanOrEqualTo(8);
    }

    @Test
    void shouldAnswerEachFrameAtOnceWhenTheyAreRare() {
        fullRate();
        pass(TimeUnit.MILLISECONDS.toNanos(5));
        for (int i = 0; i < 20; i++) {
            pass(TimeUnit.SECONDS.toNanos(1));
            frame(LARGE);
            assertThat(isAnswered()).as("frame " + i).isTrue();
        }
        for (int i = 0; i < 20; i++) {
            pass(TimeUnit.MILLISECONDS.toNanos(1));
            frame(20_000);
            assertThat(isAnswered()).as("frame " + i).isTrue();
        }
    }

    @Test
    void shouldAnswerEightOfTheLargestFramesWithOneAckAlsoWhereTheyNeedALongerTime() {
        hello();
        long millis = TimeUnit.MILLISECONDS.toNanos(1);
        frames(100, 1_000_000, millis);
        long before = acks();
        frames(200, 1_000_000, millis);
        assertThat(200.0 / (acks() - before)).isGreaterThanOrEqualTo(8);
    }

    /** A third of the receiver's budget is each one's, and half of that is used up with the eleventh. */
    @Test
    void shouldAnswerElevenFramesOfAMebibyteWithOneAckWhereTwoConnectionsShareTheBudget() {
        hello();
        LinkReceiver other = newReceiver(new Wire(allocator));
        other.received(Wire.helloBytes(allocator, STREAM, 1, 0));
        long acks = 0;
        long answered = 0;
        for (int i = 0; i < 420; i++) {
            if (i == 200) {
                acks = counted.acksSent.get();
                answered = counted.framesAcked.get();
            }
            pass(4 * FULL_RATE_GAP);
            frame(1 << 20);
            pass(4 * FULL_RATE_GAP);
            frame(other, 1 << 20);
        }
        assertThat((double) (counted.framesAcked.get() - answered) / (counted.acksSent.get() - acks))
                .isEqualTo(11);
    }

    /** Of 1.2 GB/s one of eight has 150 MB/s. */
    @Test
    void shouldAnswerEightFramesWithOneAckWhereSeveralConnectionsTogetherAreAtFullRate() {
        hello();
        List<LinkReceiver> others = new ArrayList<>();
        for (int connection = 1; connection < 8; connection++) {
            LinkReceiver other = newReceiver(new Wire(allocator));
            other.received(Wire.helloBytes(allocator, STREAM, connection, 0));
            others.add(other);
        }
        long acks = 0;
        long answered = 0;
        for (int i = 0; i < 250; i++) {
            if (i == 50) {
                acks = counted.acksSent.get();
                answered = counted.framesAcked.get();
            }
            pass(3 * FULL_RATE_GAP);
            frame(LARGE);
            for (LinkReceiver other : others) {
                pass(3 * FULL_RATE_GAP);
                frame(other, LARGE);
            }
        }
        assertThat((double) (counted.framesAcked.get() - answered) / (counted.acksSent.get() - acks))
                .isGreaterThanOrEqualTo(8);
    }

    /** A sender's loop fills one socket after the other: each connection brings seven frames and is silent while the others do. */
    @ParameterizedTest
    @ValueSource(ints = {500, 800, 1_400, 2_500, 5_000})
    void shouldAnswerEightFramesWithOneAckWhereConnectionsTakeTurns(int megabytesASecond) {
        List<LinkReceiver> all = eightConnections();
        long gapNanos = TimeUnit.SECONDS.toNanos(1) / (megabytesASecond * 1_000_000L / LARGE);
        turns(all, 10, gapNanos);
        long acks = counted.acksSent.get();
        long answered = counted.framesAcked.get();
        turns(all, 20, gapNanos);
        assertThat((double) (counted.framesAcked.get() - answered) / (counted.acksSent.get() - acks))
                .isGreaterThanOrEqualTo(8);
    }

    /** Beside seven that are at full rate, one whose sender awaits each answer. */
    @Test
    void shouldHardlyEverWaitForASenderThatWaitsForItBesideOthersAtFullRate() {
        List<LinkReceiver> others = new ArrayList<>(eightConnections().subList(1, 8));
        turns(others, 10, FULL_RATE_GAP);
        long waited = 0;
        int frames = 2_000;
        for (int i = 0; i < frames; i++) {
            frame(LARGE);
            long since = nanos;
            for (int k = 0; !isAnswered(); k++) {
                pass(FULL_RATE_GAP);
                frame(others.get(k % others.size()), LARGE);
            }
            waited += nanos - since;
            assertThat(nanos - since).as("frame " + i).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
            pass(FULL_RATE_GAP);
            frame(others.get(i % others.size()), LARGE);
        }
        assertThat(waited).as("nanoseconds lost").isLessThan(frames * FULL_RATE_GAP);
    }

    /** Some frames every ten milliseconds are no full rate, whatever others do. */
    @Test
    void shouldAnswerAConnectionOfModestRateSoonBesideOthersAtFullRate() {
        List<LinkReceiver> others = new ArrayList<>(eightConnections().subList(1, 8));
        turns(others, 10, FULL_RATE_GAP);
        for (int i = 0; i < 30; i++) {
            frame(100_000);
            long since = nanos;
            long answered = -1;
            for (int k = 0; k < 200; k++) {
                pass(FULL_RATE_GAP);
                frame(others.get(k % others.size()), LARGE);
                answered = answered < 0 && isAnswered() ? nanos : answered;
            }
            assertThat(answered - since).as("frame " + i).isBetween(0L, TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private List<LinkReceiver> eightConnections() {
        hello();
        List<LinkReceiver> all = new ArrayList<>(List.of(receiver));
        for (int connection = 1; connection < 8; connection++) {
            LinkReceiver other = newReceiver(new Wire(allocator));
            other.received(Wire.helloBytes(allocator, STREAM, connection, 0));
            all.add(other);
        }
        return all;
    }

    private void turns(List<LinkReceiver> of, int rounds, long gapNanos) {
        for (int i = 0; i < rounds * of.size(); i++) {
            for (int k = 0; k < 7; k++) {
                pass(gapNanos);
                frame(of.get(i % of.size()), LARGE);
            }
        }
    }

    @Test
    void shouldAnswerTheLastFramesOfABurstWithinFiveMillis() {
        fullRate();
        leaveOneWaiting();
        pass(TimeUnit.MILLISECONDS.toNanos(5));
        assertThat(isAnswered()).isTrue();
        assertThat(alarm.next()).as("nothing waits, nothing wakes").isEqualTo(-1);
    }

    @Test
    void shouldAnswerTheLastOfTheLargestFramesWithinFiveMillis() {
        hello();
        frames(100, 1_000_000, 5 * FULL_RATE_GAP);
        for (int i = 0; i < 100 && !isAnswered(); i++) {
            frames(1, 1_000_000, 5 * FULL_RATE_GAP);
        }
        for (int i = 0; i < 100 && isAnswered(); i++) {
            frames(1, 1_000_000, 5 * FULL_RATE_GAP);
        }
        frames(5, 1_000_000, 5 * FULL_RATE_GAP);
        assertThat(isAnswered()).isFalse();
        pass(TimeUnit.MILLISECONDS.toNanos(5));
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void shouldHardlyEverWaitForASenderThatWaitsForIt() {
        hello();
        long waited = 0;
        int frames = 20_000;
        for (int i = 0; i < frames; i++) {
            frames(1, LARGE, FULL_RATE_GAP);
            // A window of one frame: nothing more comes before the answer.
            long since = nanos;
            while (!isAnswered() && nanos - since < TimeUnit.MILLISECONDS.toNanos(6)) {
                pass(TimeUnit.MICROSECONDS.toNanos(100));
            }
            waited += nanos - since;
            assertThat(isAnswered()).as("frame " + i).isTrue();
        }
        assertThat(waited).as("nanoseconds lost").isLessThan(frames * FULL_RATE_GAP / 20);
    }

    @Test
    void shouldAnswerWhatWaitsBeforeItAnswersAPing() {
        fullRate();
        leaveOneWaiting();
        receiver.received(LinkEncoder.ping(allocator, MessageType.PING, 9));
        assertThat(wire.said.get(wire.said.size() - 2)).startsWith("ACK " + position + " ");
        assertThat(wire.last()).isEqualTo("PONG 9");
    }

    @Test
    void shouldAnswerWhatWaitsWhenTheSourceStops() {
        fullRate();
        leaveOneWaiting();
        streams.goAway("stopping");
        assertThat(isAnswered()).isTrue();
        assertThat(wire.closed).isTrue();
    }

    @Test
    void shouldSayNothingMoreOverAConnectionThatEndedWhileItsAnswerWaited() {
        fullRate();
        leaveOneWaiting();
        receiver.disconnected();
        int said = wire.said.size();
        pass(TimeUnit.SECONDS.toNanos(1));
        assertThat(wire.said).hasSize(said);
        assertThat(alarm.next()).isEqualTo(-1);
    }

    @Test
    void shouldAnswerWithTheSixteenthFrameAndNotBefore() {
        fullRate();
        for (int i = 0; i < 100 && !isAnswered(); i++) {
            frames(1, LARGE, FULL_RATE_GAP);
        }
        frames(15, LARGE, FULL_RATE_GAP);
        assertThat(isAnswered()).isFalse();
        frames(1, LARGE, FULL_RATE_GAP);
        assertThat(isAnswered()).isTrue();
    }

    /** Two frames in one DATA, of which all but the end of the second one comes. */
    private ByteBuf halfOfTwo() {
        pass(TimeUnit.SECONDS.toNanos(1));
        ByteBuf both = Wire.data(allocator, position, 1_000, position + 1, position + 2);
        receiver.received(both.readRetainedSlice(both.readableBytes() - 100));
        receiver.readComplete();
        return both;
    }

    @Test
    void shouldAnswerTheFramesOfADataTogetherAtAnyRateWhenTheyComeSoon() {
        hello();
        ByteBuf rest = halfOfTwo();
        pass(TimeUnit.MICROSECONDS.toNanos(400));
        receiver.readComplete();
        assertThat(acks()).isZero();
        receiver.received(rest);
        receiver.readComplete();
        assertThat(wire.last()).startsWith("ACK 2 ");
    }

    @Test
    void shouldAnswerTheFirstFrameOfADataSoonWhenTheRestDoesNotCome() {
        hello();
        ByteBuf rest = halfOfTwo();
        assertThat(acks()).isZero();
        pass(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(wire.last()).startsWith("ACK 1 ");
        rest.release();
    }

    @Test
    void shouldAnswerAtOnceWhenTheCreditIsHalfUsed() {
        hello();
        // Of 64 KiB.
        frames(1, 40_000, FULL_RATE_GAP);
        assertThat(isAnswered()).isTrue();
    }
}

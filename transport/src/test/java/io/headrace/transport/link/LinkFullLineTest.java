package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A sender and a receiver that are quicker than the line between them, and frames of 1 MB: whether answers come soon enough
 * for the line to be full all the time, and seldom enough.
 */
class LinkFullLineTest {
    private static final int FRAME_BYTES = 1_000_000;

    /** The credit grows first. */
    private static final int WARM_FRAMES = 150;

    private static final int FRAMES = 350;
    private static final long STEP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** 10 Gbit/s. */
    private static final int STEP_BYTES = 25_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final MetricGroup counts = new MetricGroup(GroupType.SOURCE, "receiver");
    private final LinkReceiverMetrics counted = new LinkReceiverMetrics(counts);
    private final ModelSource source = new ModelSource(new StreamId(1, 2));
    private final ModelSink sink = new ModelSink(Long.MAX_VALUE).devNull();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> errors = new ArrayList<>();
    private long nanos = 1;
    private final DrivenAlarm alarm = new DrivenAlarm(() -> nanos);
    private final LinkReceiverOptions receiverOptions = LinkReceiverOptions.defaults();
    private final LinkStreams streams = new LinkStreams(
            receiverOptions,
            sink,
            new CreditBudget(64 << 20),
            () -> nanos,
            () -> nanos / 1_000_000,
            counted,
            tasks::add,
            alarm,
            errors::add);
    private LinkSender sender;
    private LinkReceiver receiver;
    private DrivenLine there;
    private DrivenLine back;

    /** Bytes that the line could have carried and was not given. */
    private long missed;

    @AfterEach
    void shouldHaveReleasedEverything() {
        sender.close();
        streams.close();
        there.close();
        back.close();
        source.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(errors).isEmpty();
    }

    private void connect(LinkSenderOptions options, long delayNanos) {
        there = new DrivenLine(allocator, () -> nanos, delayNanos);
        back = new DrivenLine(allocator, () -> nanos, delayNanos);
        sender = new LinkSender(
                options,
                source,
                new LinkDialer() {
                    @Override
                    public void dial() {
                        tasks.add(() -> sender.connected(there));
                    }

                    @Override
                    public String target() {
                        return "line:1";
                    }
                },
                () -> nanos,
                () -> 0,
                new LinkHealth() {
                    @Override
                    public void healthy(String detail) {
                        // Whether it is shows in what arrives.
                    }

                    @Override
                    public void unhealthy(String reason) {
                        errors.add(new AssertionError(reason));
                    }
                },
                new LinkSenderMetrics(new MetricGroup(GroupType.SINK, "sender")));
        receiver = new LinkReceiver(
                back, (joining, hello) -> joining.join(streams), receiverOptions, counted, new TokenGate(""));
        Frame frame = TestFrames.of(allocator, 1, FRAME_BYTES);
        for (int i = 0; i < WARM_FRAMES + FRAMES; i++) {
            source.append(frame.retain(), 0);
        }
        frame.release();
    }

    /** Until so many frames have come. */
    private void run(long frames) {
        while (counted.framesReceived.get() < frames) {
            step();
            assertThat(nanos).as("%d frames came", counted.framesReceived.get()).isLessThan(5_000_000_000L);
        }
    }

    private void step() {
        nanos += STEP_NANOS;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        alarm.run();
        int left = STEP_BYTES;
        int found;
        do {
            while (sender.doWork() > 0) {
                // As its owner does.
                continue;
            }
            int before = left;
            left = there.take(left);
            found = before - left;
        } while (left > 0 && found > 0);
        missed += left;
        back.take(STEP_BYTES);
        if (there.bring(receiver::received)) {
            receiver.readComplete();
        }
        back.bring(bytes -> sender.received(there, bytes));
    }

    /** Frames that one ACK stands for, while the line is full. */
    private double framesOfAnAck() {
        run(WARM_FRAMES);
        missed = 0;
        long acks = counted.acksSent.get();
        long answered = counted.framesAcked.get();
        // What stands before the last frames have left.
        run(WARM_FRAMES + FRAMES - 40);
        assertThat(missed).as("bytes that the line was not given").isZero();
        return (counted.framesAcked.get() - answered) / (double) (counted.acksSent.get() - acks);
    }

    /** 12.5 MB are on a line of 10 Gbit/s and 5 ms each way. */
    @Test
    void shouldKeepALongLineFullAndAnswerEightOfTheLargestFramesWithOneAck() {
        connect(LinkSenderOptions.defaults("agent", "channel"), TimeUnit.MILLISECONDS.toNanos(5));
        assertThat(framesOfAnAck()).isGreaterThanOrEqualTo(8);
    }

    /** The receiver, which does not know the window, waits for as much: the sender has to ask before it stands still. */
    @Test
    void shouldKeepALineFullWithAWindowOfSixteenFrames() {
        connect(withWindow(16 << 20), TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(framesOfAnAck()).isGreaterThanOrEqualTo(8);
    }

    /** One is on the line while the other is answered. */
    @Test
    void shouldKeepALineFullWithAWindowOfTwoFrames() {
        connect(withWindow(2 << 20), TimeUnit.MICROSECONDS.toNanos(100));
        assertThat(framesOfAnAck()).isEqualTo(1);
    }

    private static LinkSenderOptions withWindow(long bytes) {
        LinkSenderOptions usual = LinkSenderOptions.defaults("agent", "channel");
        return new LinkSenderOptions(
                usual.agent(),
                usual.channel(),
                "",
                usual.batchEvents(),
                usual.batchBytes(),
                bytes,
                usual.connectTimeoutMillis(),
                usual.requestTimeoutMillis(),
                usual.backoffMillis(),
                usual.maxBackoffMillis(),
                usual.stallMillis());
    }
}

package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What each key of a memory channel does, and the keys that it shares with the others. */
class MemoryChannelSettingsTest {
    @Test
    void shouldHoldCapacityEvents() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory("capacity", "2", "transactionCapacity", "1"))) {
            rig.put("a");
            rig.put("b");
            assertThat(rig.put("c")).isEqualTo(PutStatus.FULL);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.EVENTS);
            assertThat(rig.metric("ChannelCapacity")).isEqualTo(2);
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory())) {
            for (int i = 0; i < 100; i++) {
                assertThat(rig.put("a")).isEqualTo(PutStatus.ACCEPTED);
            }
            assertThat(rig.put("a")).as("Flume's default").isEqualTo(PutStatus.FULL);
        }
    }

    @Test
    void shouldRefuseATransactionCapacityAboveCapacity() {
        assertThatThrownBy(() -> WrittenSettings.memory("capacity", "99"))
                .hasMessageContaining("transactionCapacity: 100 (expected: <= capacity 99)");
        assertThat(WrittenSettings.memory("transactionCapacity", "7").transactionCapacity())
                .isEqualTo(7);
    }

    @Test
    void shouldWaitForRoomAsLongAsKeepAlive() throws Exception {
        try (ChannelRig rig = full("0")) {
            assertThat(putAndWait(rig)).isEqualTo(PutStatus.FULL);
        }
        try (ChannelRig rig = full("60")) {
            AtomicReference<Thread> putter = new AtomicReference<>();
            CompletableFuture<PutStatus> put = CompletableFuture.supplyAsync(() -> {
                putter.set(Thread.currentThread());
                return putAndWait(rig);
            });
            await().until(() -> putter.get() != null && putter.get().getState() == Thread.State.TIMED_WAITING);
            assertThat(put).isNotDone();
            assertThat(rig.drain()).startsWith("a");
            await().until(() -> {
                rig.run();
                return put.isDone();
            });
            assertThat(put).isCompletedWithValue(PutStatus.ACCEPTED);
        }
    }

    /** Whatever becomes free while a put that does not wait finds too little room is the next one's. */
    @Test
    void shouldHoldUpNobodyWithAPutThatDoesNotWait() throws IOException {
        try (ChannelRig rig = full("0", 4)) {
            SourceInput other = rig.processor.anonymousInput();
            PutTicket ticket = rig.processor.newTicket();
            List<PutStatus> others = new ArrayList<>();
            AtomicBoolean busy = new AtomicBoolean();
            rig.runner.onWake(() -> {
                if (busy.compareAndSet(false, true)) {
                    Lease lease = rig.consumer.tryLease(1, ChannelRig.BYTES);
                    if (lease != null) {
                        lease.commit();
                        Frame frame = Fixtures.frame(rig.producer, "c");
                        rig.frames.add(frame);
                        others.add(rig.processor.tryPut(other, 0, frame, true, ticket));
                    }
                    busy.set(false);
                }
            });
            assertThat(putAndWait(rig)).isEqualTo(PutStatus.FULL);
            rig.runner.onWake(() -> {});
            assertThat(others).isNotEmpty().containsOnly(PutStatus.ACCEPTED);
            other.close();
        }
    }

    @Test
    void shouldTellAThreadThatDoesNotWaitThatItWasInterrupted() throws IOException {
        try (ChannelRig rig = full("0")) {
            Frame frame = Fixtures.frame(rig.producer, "b");
            rig.frames.add(frame);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> rig.processor.put(rig.input, 0, frame, true, rig.ticket))
                    .isInstanceOf(InterruptedException.class);
        }
    }

    private static ChannelRig full(String keepAlive) throws IOException {
        return full(keepAlive, 1);
    }

    private static ChannelRig full(String keepAlive, int capacity) throws IOException {
        ChannelRig rig = new ChannelRig(WrittenSettings.memory(
                "capacity", String.valueOf(capacity), "transactionCapacity", "1", "keep-alive", keepAlive));
        for (int i = 0; i < capacity; i++) {
            rig.put("a");
        }
        rig.run();
        return rig;
    }

    private static PutStatus putAndWait(ChannelRig rig) {
        Frame frame = Fixtures.frame(rig.producer, "b");
        rig.frames.add(frame);
        try {
            return rig.processor.put(rig.input, 0, frame, true, rig.processor.newTicket());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldPinByteCapacityBytesAndMoreOnlyWhenItIsZero() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory("byteCapacity", "1"))) {
            assertThat(rig.put("a")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put("b")).isEqualTo(PutStatus.FULL);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.BYTES);
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory("byteCapacity", "0"))) {
            assertThat(rig.put("a")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.put("b")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(rig.channel.settings().byteCapacity()).isEqualTo(200_000_000_000L);
        }
    }

    @Test
    void shouldRefuseEventsAboveMaxEventBytes() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory("maxEventBytes", "2m"))) {
            assertThat(putEvent(rig, 3 << 19)).isEqualTo(PutStatus.ACCEPTED);
            assertThatThrownBy(() -> putEvent(rig, 4 << 20)).isInstanceOf(EventTooLargeException.class);
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.memory())) {
            assertThat(putEvent(rig, 4 << 20)).isEqualTo(PutStatus.ACCEPTED);
        }
    }

    private static PutStatus putEvent(ChannelRig rig, int bytes) {
        FrameLimits limits = new FrameLimits(1, 1024, 8 << 20);
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, limits)) {
            builder.begin(Headers.EMPTY);
            builder.add(new byte[bytes]);
            Frame frame = builder.build(rig.producer, 1);
            rig.frames.add(frame);
            return rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket);
        }
    }

    @Test
    void shouldAskSourcesForTheSmallestFrameBytesOfTheRequiredChannels() throws IOException {
        try (ChannelRig small = new ChannelRig(WrittenSettings.memory("frameBytes", "8k"));
                ChannelRig large = new ChannelRig(WrittenSettings.memory("frameBytes", "1m"));
                ChannelRig usual = new ChannelRig(WrittenSettings.memory())) {
            assertThat(small.processor.frameBytes()).isEqualTo(8 * 1024);
            assertThat(large.processor.frameBytes()).isEqualTo(1024 * 1024);
            assertThat(usual.processor.frameBytes()).isEqualTo(192 * 1024);
            assertThat(Fixtures.processor(large.channel, small.channel).frameBytes())
                    .isEqualTo(8 * 1024);
        }
        assertThatThrownBy(() -> WrittenSettings.memory("frameBytes", "2m")).hasMessageContaining("frameBytes");
    }

    @Test
    void shouldWaitAsWaitStrategySays() {
        assertThat(roundsWithoutWork(WrittenSettings.memory("waitStrategy", "spin"), 10_000))
                .isTrue();
        assertThat(roundsWithoutWork(WrittenSettings.memory("waitStrategy", "yield"), 10_000))
                .isTrue();
        assertThat(roundsWithoutWork(WrittenSettings.memory("waitStrategy", "blocking"), 10_000))
                .isFalse();
    }

    /** Whether a duty cycle without work makes so many rounds before its thread parks. */
    private static boolean roundsWithoutWork(ChannelSettings settings, int many) {
        AtomicInteger rounds = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        DutyCycle idle = new DutyCycle() {
            @Override
            public int doWork() {
                thread.set(Thread.currentThread());
                rounds.incrementAndGet();
                return 0;
            }

            @Override
            public long nanosUntilDue() {
                return Long.MAX_VALUE;
            }

            @Override
            public String roleName() {
                return "idle";
            }
        };
        DutyRunner.Running running = new ThreadDutyRunner(Thread::new, settings.waitStrategy()).start(idle);
        // Where many other threads want to run, each yield lets all of them.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> rounds.get() >= many
                        || thread.get() != null && thread.get().getState() == Thread.State.WAITING);
        running.stop();
        return rounds.get() >= many;
    }
}

package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What leaves memory for the log, and what stays because sinks are about to take it. */
class EvictionTest {
    private static final long BYTE_CAPACITY = 4L * 1024 * 1024;
    private static final int BODY_BYTES = 60_000;
    private static final ChannelSettings FILE = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
            .withSegments(4 * 1024 * 1024, 1024 * 1024)
            .withByteCapacity(BYTE_CAPACITY);

    /** The grace of such a channel, up. */
    private static final long GRACE_MILLIS = TimeUnit.NANOSECONDS.toMillis(Eviction.graceNanos(BYTE_CAPACITY)) + 1;

    private static final long PATIENCE_MILLIS = TimeUnit.NANOSECONDS.toMillis(Eviction.PATIENCE_NANOS);

    private int number;

    @Test
    void shouldReadNothingBackWhileASinkKeepsUp() throws IOException {
        try (ChannelRig rig = withASinkThatAsked()) {
            for (int round = 0; round < 10; round++) {
                List<String> put = fill(rig);
                assertThat(rig.metric("MemoryBytes")).as("more than half").isGreaterThan(BYTE_CAPACITY / 2);
                rig.run();
                assertThat(rig.ticket.isAcknowledged()).isTrue();
                rig.pass(GRACE_MILLIS / 2);
                assertThat(rig.drain()).isEqualTo(put);
                rig.pass(GRACE_MILLIS / 2);
            }
            assertThat(rig.metric("EvictedFrameCount")).isZero();
        }
    }

    /** Also where what is on its way to the disk fills half of memory by itself. */
    @Test
    void shouldGoBackToMemoryAfterASinkStoodStill() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            fill(rig);
            rig.pass(PATIENCE_MILLIS);
            rig.pass(PATIENCE_MILLIS);
            assertThat(rig.metric("EvictedFrameCount")).isPositive();
            rig.drain();
            long evicted = rig.metric("EvictedFrameCount");
            for (int round = 0; round < 10; round++) {
                List<String> put = fill(rig);
                rig.run();
                assertThat(rig.drain()).isEqualTo(put);
            }
            assertThat(rig.metric("EvictedFrameCount")).isEqualTo(evicted);
        }
    }

    @Test
    void shouldLetFramesLeaveMemoryThatASinkLeftThereForLong() throws IOException {
        try (ChannelRig rig = withASinkThatAsked()) {
            fill(rig);
            rig.run();
            assertThat(put(rig)).as("a sink may come").isEqualTo(PutStatus.FULL);
            for (int i = 0; i < 20; i++) {
                // Slowly, and always from memory, as long as there is any.
                rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
                rig.pass(GRACE_MILLIS);
            }
            assertThat(rig.metric("EvictedFrameCount")).isPositive();
            assertThat(put(rig)).isEqualTo(PutStatus.ACCEPTED);
        }
    }

    @Test
    void shouldKeepNoPutWaitingForSinksThatStandStill() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            fill(rig);
            rig.run();
            rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
            rig.run();
            rig.pass(PATIENCE_MILLIS);
            for (int i = 0; i < 200; i++) {
                assertThat(put(rig)).isEqualTo(PutStatus.ACCEPTED);
                rig.run();
            }
        }
    }

    @Test
    void shouldKeepNoPutWaitingForASinkThatNeverAskedForAnything() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            rig.consumer.setListener(() -> {});
            for (int i = 0; i < 200; i++) {
                assertThat(put(rig)).as("put %s", i).isEqualTo(PutStatus.ACCEPTED);
                rig.run();
            }
        }
    }

    /** It takes some milliseconds to wake up for the first frames. */
    @Test
    void shouldKeepFramesForASinkThatFoundNothingAtItsStart() throws IOException {
        try (ChannelRig rig = withASinkThatAsked()) {
            List<String> put = fill(rig);
            rig.run();
            rig.pass(GRACE_MILLIS - 1);
            assertThat(rig.drain()).isEqualTo(put);
            assertThat(rig.metric("EvictedFrameCount")).isZero();
        }
    }

    @Test
    void shouldWakeThoseWhoWaitForRoomWhenFramesNoLongerStay() throws IOException {
        AtomicInteger woken = new AtomicInteger();
        try (ChannelRig rig = withASinkThatAsked()) {
            fill(rig);
            rig.runner.runWoken();
            rig.processor.whenRoom(rig.channel, woken::incrementAndGet);
            rig.runner.runWoken();
            assertThat(woken).as("a sink may come").hasValue(0);
            for (long millis = 0; millis <= 2 * GRACE_MILLIS; millis++) {
                rig.clock.pass(1);
                rig.runner.runWoken();
            }
            assertThat(woken).hasValue(1);
        }
    }

    @Test
    void shouldKeepFramesOnceASinkTookOneFromMemory() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE)) {
            TakeSide take = ((DualChannel) rig.channel).takeSide();
            Eviction eviction = new Eviction(BYTE_CAPACITY, 0);
            put(rig);
            put(rig);
            rig.run();
            long last = rig.channel.acknowledged();
            take.look(eviction, 1);
            assertThat(eviction.limit(last, 1)).as("nobody came").isEqualTo(last);
            rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
            take.look(eviction, 2);
            assertThat(eviction.limit(last, 2)).isLessThan(last);
        }
    }

    @Test
    void shouldKeepFramesForTheGraceAndNoLongerThanTwice() {
        for (int tenth = 0; tenth < 10; tenth++) {
            Eviction eviction = new Eviction(BYTE_CAPACITY, 0);
            long grace = Eviction.graceNanos(BYTE_CAPACITY);
            eviction.look(0, 1, 0, true, 0);
            eviction.look(0, 1, 0, true, grace);
            long acknowledged = grace + tenth * grace / 10;
            long now = acknowledged;
            for (long taken = 1; eviction.limit(100, now) < 100; taken++) {
                now += grace / 10;
                eviction.look(100, 1, taken, true, now);
            }
            assertThat(now - acknowledged).isBetween(grace, 2 * grace + grace / 5);
        }
    }

    @Test
    void shouldKeepFramesForSinksThatTakeFromMemoryAndAreNeverDone() {
        Eviction eviction = new Eviction(BYTE_CAPACITY, 0);
        long grace = Eviction.graceNanos(BYTE_CAPACITY);
        long acknowledged = 100;
        for (long now = 0; now < 2 * Eviction.PATIENCE_NANOS; now += grace) {
            acknowledged += 100;
            eviction.look(acknowledged, acknowledged - 10, acknowledged - 11, true, now);
            assertThat(eviction.limit(acknowledged, now)).isLessThan(acknowledged);
        }
    }

    @Test
    void shouldKeepFramesShorterWhereMemoryIsSmallAndNeverLongerThanThePatience() {
        assertThat(Eviction.graceNanos(64L << 20)).isEqualTo(62_500_000);
        assertThat(Eviction.graceNanos(1L << 20)).isLessThan(1_000_000);
        assertThat(Eviction.graceNanos(Long.MAX_VALUE)).isEqualTo(Eviction.PATIENCE_NANOS);
    }

    /** As each does that is at work. */
    private static ChannelRig withASinkThatAsked() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        assertThat(rig.lease()).isNull();
        return rig;
    }

    /** Puts until there is no room. */
    private List<String> fill(ChannelRig rig) {
        List<String> put = new ArrayList<>();
        while (rig.metric("MemoryBytes") < BYTE_CAPACITY) {
            assertThat(put(rig)).isEqualTo(PutStatus.ACCEPTED);
            put.add(body(number));
        }
        return put;
    }

    private PutStatus put(ChannelRig rig) {
        return rig.put(body(++number));
    }

    private static String body(int number) {
        return "event " + number + " " + "x".repeat(BODY_BYTES);
    }
}

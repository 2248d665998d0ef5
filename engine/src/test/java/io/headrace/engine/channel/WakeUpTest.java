package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Nobody waits for what is there: duty cycles run only when they were woken or are due. */
class WakeUpTest {
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    private final AtomicInteger woken = new AtomicInteger();

    @Test
    void shouldWakeAPutterWhenALeaseFreesSlots() throws IOException {
        ChannelSettings settings = ChannelSettings.memory("c1", 10_000_000).withByteCapacity(1L << 50);
        try (ChannelRig rig = new ChannelRig(settings)) {
            Frame frame = Fixtures.smallFrame(rig.producer, "a");
            rig.frames.add(frame);
            PutStatus status = PutStatus.ACCEPTED;
            while (status == PutStatus.ACCEPTED) {
                status = rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket);
            }
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.SLOTS);
            rig.processor.whenRoom(rig.channel, woken::incrementAndGet);
            rig.runner.runWoken();
            assertThat(woken).hasValue(0);
            Lease open = rig.lease();
            rig.runner.runWoken();
            assertThat(woken)
                    .as("the slots are free although the lease is open")
                    .hasValue(1);
            open.commit();
        }
    }

    @Test
    void shouldWakeAReaderForASinkThatWaitsWhileFramesLeaveMemory() throws IOException {
        try (ChannelRig rig = new ChannelRig(FILE.withByteCapacity(100_000))) {
            List<Lease> open = new ArrayList<>();
            rig.consumer.setListener(woken::incrementAndGet);
            rig.runner.runWoken();
            Lease lease = put(rig, 0, true);
            while (lease != null) {
                open.add(lease);
                lease = put(rig, open.size(), true);
            }
            // Leases hold all that they may in memory: the sink waits, and meanwhile the rest leaves memory.
            woken.set(0);
            for (int i = 0; i < 100; i++) {
                put(rig, i, false);
                rig.clock.pass(1);
                rig.runner.runWoken();
            }
            assertThat(rig.metric("EvictedFrameCount")).isPositive();
            open.forEach(Lease::commit);
            rig.runner.runWoken();
            assertThat(woken).as("there is a backlog to be leased").hasValue(1);
            Lease backlog = rig.lease();
            assertThat(backlog).isNotNull();
            backlog.commit();
        }
    }

    @Test
    void shouldTakeWhatCameWhileAllGroupsWereOnTheirWay() throws IOException {
        ChannelSettings settings =
                FILE.withSync(SyncMode.ALWAYS, Appender.DIRECT).withGroupBytes(2_000);
        try (ChannelRig rig = new ChannelRig(settings)) {
            rig.put("first of the segment");
            rig.runner.runWoken();
            for (int i = 0; i < 20; i++) {
                putSmall(rig, i);
            }
            for (int i = 0; i < 5; i++) {
                rig.runner.run(ChannelRig.JOURNAL);
            }
            assertThat(rig.channel.acknowledged()).as("groups are beside").isLessThan(10);
            // The journal parks; nobody but a writer has a reason to wake it.
            rig.runner.sleep(ChannelRig.JOURNAL);
            for (int i = 20; i < 25; i++) {
                putSmall(rig, i);
            }
            assertThat(rig.runner.isWoken(ChannelRig.JOURNAL))
                    .as("woken for a frame that waits anyway")
                    .isFalse();
            rig.runner.runWoken();
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            putSmall(rig, 25);
            assertThat(rig.runner.isWoken(ChannelRig.JOURNAL)).isTrue();
            rig.runner.runWoken();
            assertThat(rig.ticket.isAcknowledged()).isTrue();
        }
    }

    private static void putSmall(ChannelRig rig, int number) {
        assertThat(rig.put("event " + number, "x".repeat(800))).isEqualTo(PutStatus.ACCEPTED);
    }

    /** One frame through one round of the journal. */
    private static Lease put(ChannelRig rig, int number, boolean lease) {
        Frame frame = Fixtures.smallFrame(rig.producer, "event " + number, "x".repeat(800));
        rig.frames.add(frame);
        assertThat(rig.processor.tryPut(rig.input, 0, frame, true, rig.ticket)).isEqualTo(PutStatus.ACCEPTED);
        rig.runner.run(ChannelRig.JOURNAL);
        return lease ? rig.lease() : null;
    }

    @Test
    void shouldWakeASinkForTheBacklogOfARecoveredLog() throws IOException {
        ChannelRig before = new ChannelRig(FILE);
        before.put("a");
        before.run();
        try (ChannelRig rig = before.killAndReopen()) {
            rig.runner.runWoken();
            rig.consumer.setListener(woken::incrementAndGet);
            rig.runner.runWoken();
            assertThat(woken).hasValue(1);
            assertThat(Fixtures.bodies(rig.lease())).containsExactly("a");
        }
    }
}

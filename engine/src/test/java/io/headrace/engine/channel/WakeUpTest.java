package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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

    /** The journal may have handed a group over when a writer had looked for one, and nobody could wake it yet. */
    @Test
    void shouldHaveWritersLookForGroupsOnceTheyCanBeWoken() throws IOException {
        DrivenClock clock = new DrivenClock();
        DrivenRunner runner = new DrivenRunner(clock);
        DutyRunner parking = new DutyRunner() {
            @Override
            public Running start(DutyCycle cycle) {
                Running running = runner.start(cycle);
                if (cycle instanceof GroupWriting) {
                    assertThat(cycle.doWork()).as("groups there are").isZero();
                }
                runner.sleep(runner.size() - 1);
                return running;
            }

            @Override
            public <T> T call(String role, Callable<T> work) throws Exception {
                return runner.call(role, work);
            }
        };
        try (ManagedChannel channel = ChannelFactory.open(
                FILE.withSync(SyncMode.ALWAYS, Appender.DIRECT),
                Fixtures.environment("c1", new SimulatedDisk(), parking, clock, failure -> {}))) {
            channel.start();
            assertThat(runner.size()).isGreaterThan(ChannelRig.JOURNAL + 1);
            for (int cycle = ChannelRig.JOURNAL; cycle < runner.size(); cycle++) {
                assertThat(runner.isWoken(cycle)).as("duty cycle %s", cycle).isTrue();
            }
        }
    }

    /** Whoever looked while the room was taken found too little. */
    @Test
    void shouldWakeAPutterForRoomThatAPutTookBeforeItFoundAnotherChannelFull() throws IOException {
        try (ChannelRig rig = new ChannelRig(ChannelSettings.memory("c1", 10));
                ChannelRig other = new ChannelRig(ChannelSettings.memory("c2", 1))) {
            assertThat(other.put("fills it")).isEqualTo(PutStatus.ACCEPTED);
            ChannelProcessorImpl both = Fixtures.processor(rig.channel, other.channel);
            Frame frame = Fixtures.frame(rig.producer, "for both");
            rig.frames.add(frame);
            rig.run();
            rig.runner.sleep(0);
            SourceInput input = both.anonymousInput();
            assertThat(both.tryPut(input, 0, frame, true, both.newTicket())).isEqualTo(PutStatus.FULL);
            assertThat(rig.runner.isWoken(0)).isTrue();
            input.close();
        }
    }

    @Test
    void shouldWakeOthersForRoomThatIsNoLongerWaitedFor() throws IOException {
        try (ChannelRig rig = new ChannelRig(ChannelSettings.memory("c1", 1))) {
            rig.put("fills it");
            rig.run();
            Frame frame = Fixtures.frame(rig.producer, "is waited for");
            rig.frames.add(frame);
            List<Integer> waiting = new ArrayList<>();
            DualChannel channel = (DualChannel) rig.channel;
            rig.runner.onWake(() -> {
                waiting.add(channel.waiters().size());
                if (!channel.waiters().isEmpty()) {
                    Thread.currentThread().interrupt();
                }
                rig.runner.sleep(0);
            });
            assertThatThrownBy(() -> rig.processor.put(rig.input, 0, frame, true, rig.ticket))
                    .isInstanceOf(InterruptedException.class);
            assertThat(waiting)
                    .as("who waited at each wake-up of the journal")
                    .contains(1)
                    .endsWith(0);
            rig.runner.onWake(() -> {});
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

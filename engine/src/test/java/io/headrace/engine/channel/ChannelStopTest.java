package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.InputKey;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an orderly stop writes last, and what the next life goes on from. */
class ChannelStopTest {
    private static final ChannelSettings DUAL =
            ChannelSettings.dual("c1", 100, 100_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    /** Groups go to the disk beside the journal, two frames each. */
    private static final ChannelSettings BESIDE = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
            .withSegments(4 * 1024 * 1024, 1024 * 1024)
            .withSync(SyncMode.ALWAYS, Appender.DIRECT)
            .withGroupBytes(2_000);

    /** A receiver takes a sequence that it has seen for a duplicate, and drops what comes with it. */
    @Test
    void shouldNumberOnAboveWhatNeverLeftMemory_R4() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        long highest = 0;
        for (int life = 0; life < 3; life++) {
            for (int i = 0; i < 5; i++) {
                rig.put("event " + i);
            }
            rig.run();
            Lease lease = rig.lease();
            assertThat(lease.sequence(0)).as("life %d", life).isGreaterThan(highest);
            highest = lease.sequence(lease.size() - 1);
            lease.commit();
            assertThat(rig.metric("SpillRunCount")).isZero();
            rig = rig.stopAndReopen();
            assertThat(rig.channel.recovery().cleanStop()).isTrue();
        }
        rig.close();
    }

    /** References of its frames are counted as the rig closes. */
    @Test
    void shouldTakeBackWhatSinksHoldWhenClosingTheLogEndsInAnErrorOfTheMachine() throws IOException {
        ChannelRig rig = new ChannelRig(BESIDE);
        rig.put("leased");
        rig.run();
        Lease lease = rig.lease();
        Error error = new OutOfMemoryError("no memory");
        rig.runner.endCallsIn(error);

        rig.channel.stop(0);

        assertThat(rig.failures).containsExactly(error);
        assertThat(rig.channel.failure()).isSameAs(error);
        lease.rollback();
        rig.close();
    }

    @Test
    void shouldCloseTheLogWhereNoThreadCanBeHadForThat() throws IOException {
        ChannelRig rig = new ChannelRig(BESIDE);
        rig.put("kept");
        rig.run();
        Error error = new OutOfMemoryError("unable to create native thread");
        rig.runner.refuseCalls(error);

        rig.channel.stop(0);

        assertThat(rig.failures).containsExactly(error);
        rig.close();
        try (ChannelRig again = new ChannelRig(BESIDE, rig.storage, rig.clock)) {
            assertThat(again.drain()).containsExactly("kept");
        }
    }

    @Test
    void shouldCloseTheLogOfWhatNeverStartedWhereNoThreadCanBeHadForItsEnd() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        DrivenClock clock = new DrivenClock();
        DrivenRunner runner = new DrivenRunner(clock);
        List<Throwable> failures = new ArrayList<>();
        ManagedChannel channel =
                ChannelFactory.open(BESIDE, Fixtures.environment("c1", storage, runner, clock, failures::add));
        Error error = new OutOfMemoryError("unable to create native thread");
        runner.refuseCalls(error);

        channel.stop(0);

        assertThat(failures).containsExactly(error);
        try (ChannelRig again = new ChannelRig(BESIDE, storage, clock)) {
            assertThat(again.channel.failure()).isNull();
        }
    }

    /** Or its source sends once more what the log has. */
    @Test
    void shouldAcknowledgeAndKeepThePositionOfWhatItWritesLast() throws IOException {
        ChannelRig rig = new ChannelRig(BESIDE);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        rig.put(1, "first of the segment");
        rig.runner.runWoken();
        for (int i = 2; i <= 20; i++) {
            rig.put(i, "event " + i, "x".repeat(800));
        }
        for (int i = 0; i < 5; i++) {
            rig.runner.run(ChannelRig.JOURNAL);
        }
        assertThat(rig.channel.acknowledged()).as("groups are beside").isLessThan(10);
        rig.channel.stop(0);
        assertThat(rig.ticket.isAcknowledged()).isTrue();
        assertThat(rig.ticket.isSafe()).isTrue();
        assertThat(rig.input.safePosition()).isEqualTo(20);
        rig.close();
        try (ChannelRig again = new ChannelRig(BESIDE, rig.storage, rig.clock)) {
            assertThat(again.channel.recovery().cleanStop()).isTrue();
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").startPosition())
                    .isEqualTo(20);
            assertThat(again.drain()).hasSize(39);
            assertThat(again.channel.ledger().accepted()).isEqualTo(39);
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }
}

package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a spill run must not end although memory is nearly empty. */
class SpillEndTest {
    private static final ChannelSettings SETTINGS =
            ChannelSettings.dual("c1", 100, 100_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    private final List<String> put = new ArrayList<>();

    private void put(ChannelRig rig, int count, int bytes) {
        for (int i = 0; i < count; i++) {
            String body = "event " + put.size() + "x".repeat(bytes);
            assertThat(rig.put(body)).isEqualTo(PutStatus.ACCEPTED);
            put.add(body);
        }
    }

    /** What the next run would write first are frames that the log has been given already. */
    @Test
    void shouldNotEndWhileGroupsAreOnTheirWay() throws IOException {
        ChannelSettings beside =
                SETTINGS.withSync(SyncMode.ALWAYS, Appender.DIRECT).withGroupBytes(2_000);
        try (ChannelRig rig = new ChannelRig(beside)) {
            put(rig, 80, 0);
            rig.run();
            assertThat(rig.metric("Spilling")).isEqualTo(1);
            Lease most = rig.lease();
            assertThat(most.size()).isEqualTo(80);
            put(rig, 12, 800);
            for (int i = 0; i < 5; i++) {
                rig.runner.run(ChannelRig.JOURNAL);
            }
            assertThat(rig.channel.acknowledged()).as("groups are beside").isLessThan(92);
            most.commit();
            rig.runner.run(ChannelRig.JOURNAL);
            assertThat(rig.channel.size()).isEqualTo(12);
            assertThat(rig.ticket.isAcknowledged()).as("on disk").isFalse();
            assertThat(rig.metric("Spilling")).isEqualTo(1);
            // A run that had ended would begin again.
            put(rig, 80, 0);
            for (int i = 0; i < 5; i++) {
                rig.runner.run(ChannelRig.JOURNAL);
            }
            assertThat(rig.failures).isEmpty();
            assertThat(rig.drain()).isEqualTo(put.subList(80, put.size()));
            assertThat(rig.metric("Spilling")).isZero();
        }
    }

    /** What comes after a backlog that is on disk is written, too, and not lost where that stays. */
    @Test
    void shouldNotEndWhileABacklogWaitsInTheLog() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        put(rig, 40, 0);
        rig.run();
        Lease leased = rig.lease();
        put(rig, 60, 0);
        rig.run();
        assertThat(rig.metric("EvictedFrameCount")).isPositive();
        leased.commit();
        rig.runner.run(ChannelRig.JOURNAL);
        assertThat(rig.metric("MemoryEvents")).as("in memory").isLessThanOrEqualTo(25);
        put(rig, 5, 0);
        rig.runner.run(ChannelRig.JOURNAL);
        assertThat(rig.ticket.isAcknowledged()).isTrue();
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.drain()).isEqualTo(put.subList(40, put.size()));
        }
    }

    @Test
    void shouldEndOnceTheBacklogWasTaken() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            put(rig, 40, 0);
            rig.run();
            Lease leased = rig.lease();
            put(rig, 60, 0);
            rig.run();
            leased.commit();
            assertThat(rig.drain()).isEqualTo(put.subList(40, put.size()));
            assertThat(rig.metric("Spilling")).isZero();
            assertThat(rig.metric("SpillRunCount")).isEqualTo(1);
        }
    }
}

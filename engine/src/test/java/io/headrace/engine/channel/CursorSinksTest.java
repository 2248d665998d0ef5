package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.CursorStart;
import io.headrace.wal.LogRetention;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the sinks of one cursor may rely on: what others on it do, and how long it stays. */
class CursorSinksTest {
    /** The cursor has a reader of its own. */
    private static final int JOURNAL = ChannelRig.JOURNAL + 1;

    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final ChannelSettings SETTINGS = ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER)
            .withSegments(4 * 1024 * 1024, 1024 * 1024)
            .withKeeping(new LogKeeping(
                    LogRetention.NONE, List.of(CursorStart.parse("audit", "oldest")), 7 * DAY, 30 * DAY));

    private static Lease lease(ChannelRig rig, ChannelConsumer consumer, int events) {
        rig.run();
        Lease lease = consumer.tryLease(events, ChannelRig.BYTES);
        if (lease == null) {
            // The reader was woken by that.
            rig.run();
            lease = consumer.tryLease(events, ChannelRig.BYTES);
        }
        return lease;
    }

    private static List<String> drain(ChannelRig rig, ChannelConsumer consumer) {
        List<String> bodies = new ArrayList<>();
        Lease lease = lease(rig, consumer, Integer.MAX_VALUE);
        while (lease != null) {
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            lease = lease(rig, consumer, Integer.MAX_VALUE);
        }
        return bodies;
    }

    /** After a crash the frame may go to the other sink, whose receiver would take it for a duplicate. */
    @Test
    void shouldNotCallDoneWhatAnotherSinkOfTheCursorWouldTakeBack_R9() throws IOException {
        try (ChannelRig rig = new ChannelRig(SETTINGS)) {
            ChannelConsumer files = rig.channel.consumer("files", "audit");
            ChannelConsumer link = rig.channel.consumer("link", "audit");
            rig.put("a");
            rig.put("b");
            lease(rig, files, 1).commit(new byte[] {1});
            rig.runner.run(JOURNAL);
            assertThat(files.lowWater()).isEqualTo(1);
            assertThat(link.lowWater()).as("what a checkpoint holds").isZero();
            rig.pass(200);
            assertThat(link.lowWater()).isEqualTo(1);
            lease(rig, link, 1).commit();
            rig.runner.run(JOURNAL);
            assertThat(files.lowWater()).as("the other has no token").isEqualTo(2);
        }
    }

    /** An agent that comes back without its sink, or with one that fails at first, has its cursor as long as any. */
    @Test
    void shouldCountTheExpiryOfACursorFromItsLastUse() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        ChannelConsumer audit = rig.channel.consumer("k2", "audit");
        rig.put("a");
        rig.drain();
        for (int day = 0; day < 30; day++) {
            rig.pass(DAY);
        }
        assertThat(rig.metric("CursorExpiredCount")).isZero();
        assertThat(audit.lowWater()).as("in use, whatever it took").isZero();
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            again.pass(Duration.ofMinutes(11).toMillis());
            for (int day = 0; day < 6; day++) {
                again.pass(DAY);
            }
            assertThat(again.metric("CursorExpiredCount")).isZero();
            assertThat(drain(again, again.channel.consumer("k2", "audit"))).containsExactly("a");
        }
    }

    /** Numbering goes on above a ceiling: a cursor that cannot pass what was never used would stand before it for good. */
    @Test
    void shouldPassTheSequencesThatACrashLeftUnused_R4() throws IOException {
        ChannelRig rig = new ChannelRig(SETTINGS);
        for (int life = 0; life < 3; life++) {
            ChannelConsumer audit = rig.channel.consumer("k2", "audit");
            rig.put("taken in life " + life);
            assertThat(rig.drain()).hasSize(1);
            assertThat(drain(rig, audit)).containsExactly("taken in life " + life);
            rig.pass(200);
            assertThat(audit.lowWater()).as("life %d", life).isEqualTo(rig.channel.acknowledged());
            long before = rig.channel.acknowledged();
            rig = rig.killAndReopen();
            assertThat(rig.channel.acknowledged()).isGreaterThan(before + 60_000);
        }
        // With nothing to come it stands where numbering goes on, and holds no segment.
        assertThat(rig.channel.consumer("k2", "audit").lowWater()).isEqualTo(rig.channel.acknowledged());
        rig.close();
    }
}

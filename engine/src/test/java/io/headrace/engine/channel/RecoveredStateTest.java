package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.InputKey;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.LogWalk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a checkpoint says of frames above its durable sequence, and what those say themselves, is put together once. */
class RecoveredStateTest {
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);
    private static final ChannelSettings NEVER_SYNCED = FILE.withSync(SyncMode.NEVER, Appender.POSITIONAL);

    /** Committed before they are durable they are in the checkpoint's count, and above its durable sequence. */
    @Test
    void shouldCountOnceWhatIsCommittedAndFoundInTheLog() throws IOException {
        ChannelRig rig = new ChannelRig(NEVER_SYNCED);
        for (int i = 0; i < 5; i++) {
            rig.put("event " + i);
        }
        rig.run();
        rig.consumer.tryLease(3, ChannelRig.BYTES).commit();
        rig.run();
        rig.pass(200);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.channel.ledger().accepted()).isEqualTo(5);
            assertThat(again.channel.ledger().delivered()).isEqualTo(3);
            assertThat(again.channel.ledger().balances()).isTrue();
            assertThat(again.drain()).containsExactly("event 3", "event 4");
        }
    }

    @Test
    void shouldNotGiveAgainWhatWasCommittedOutOfOrder() throws IOException {
        ChannelRig rig = new ChannelRig(NEVER_SYNCED);
        for (int i = 0; i < 9; i++) {
            rig.put("event " + i);
        }
        rig.run();
        Lease open = rig.consumer.tryLease(3, ChannelRig.BYTES);
        rig.consumer.tryLease(3, ChannelRig.BYTES).commit();
        rig.run();
        rig.pass(200);
        open.rollback();
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.channel.ledger().accepted()).isEqualTo(9);
            assertThat(again.drain()).containsExactly("event 0", "event 1", "event 2", "event 6", "event 7", "event 8");
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    /** A cursor may have yet to read it, and a repair must not leave it out. */
    @Test
    void shouldShowInTheLogWhatSinksCommittedBeforeAKillAndStepOver() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        for (int i = 0; i < 3; i++) {
            rig.put("event " + i);
        }
        rig.run();
        Lease open = rig.consumer.tryLease(1, ChannelRig.BYTES);
        rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
        rig.run();
        rig.pass(200);
        open.rollback();
        try (ChannelRig again = rig.killAndReopen()) {
            again.run();
            open = again.consumer.tryLease(1, ChannelRig.BYTES);
            Lease behind = again.consumer.tryLease(1, ChannelRig.BYTES);
            assertThat(Fixtures.bodies(behind)).containsExactly("event 2");
            again.run();
            again.pass(200);
            LogPlace place = LogPlace.find(again.storage, ChannelRig.FOLDER, null);
            List<String> seen = new ArrayList<>();
            try (LogWalk walk = new LogWalk(again.storage, place, Long.MIN_VALUE, true, false)) {
                while (walk.next() == LogWalk.Step.FRAME) {
                    seen.addAll(Fixtures.bodies(walk.frame()));
                }
            }
            assertThat(seen).containsExactly("event 0", "event 1", "event 2");
            open.rollback();
            behind.rollback();
        }
    }

    /** A sender that comes to a new collector is far on: what is below its floor will never come. */
    @Test
    void shouldFindTheFloorThatAnInputBeganWith() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        rig.open(InputKey.Kind.WINDOW, "link:1");
        rig.input.advanceFloor(1_000_000);
        rig.put(1_000_001, "a");
        rig.put(1_000_003, "c");
        rig.run();
        assertThat(rig.metric("CheckpointCount"))
                .as("nothing but the log knows it")
                .isZero();
        try (ChannelRig again = rig.killAndReopen()) {
            again.open(InputKey.Kind.WINDOW, "link:1");
            assertThat(again.input.startPosition()).isEqualTo(1_000_001);
            assertThat(again.put(1_000_003, "c")).isEqualTo(PutStatus.DUPLICATE);
            assertThat(again.put(1_000_002, "b")).isEqualTo(PutStatus.ACCEPTED);
            assertThat(again.drain()).containsExactly("a", "c", "b");
        }
    }
}

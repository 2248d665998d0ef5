package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.InputKey;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.io.IOException;
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

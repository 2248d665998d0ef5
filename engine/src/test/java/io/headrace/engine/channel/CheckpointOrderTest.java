package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.InputKey;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A checkpoint names what is durable, and everything that goes with it: recovery looks only at what lies above. */
class CheckpointOrderTest {
    private static final ChannelSettings FILE =
            ChannelSettings.file("c1", 1_000_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    private static final ChannelSettings DUAL =
            ChannelSettings.dual("c1", 100, 100_000, ChannelRig.FOLDER).withSegments(4 * 1024 * 1024, 1024 * 1024);

    /** Its position would be in neither: the source would send it once more. */
    @Test
    void shouldHoldThePositionOfWhatBecameDurableInTheSameRound() throws IOException {
        ChannelRig rig = new ChannelRig(FILE);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        rig.put(1, "a");
        assertThat(rig.drain()).containsExactly("a");
        rig.pass(200);
        rig.put(2, "b");
        rig.run();
        // A checkpoint falls due; the round that makes it finds something to write.
        rig.clock.pass(200);
        long before = rig.metric("CheckpointCount");
        rig.put(3, "c");
        rig.runner.run(ChannelRig.JOURNAL);
        assertThat(rig.metric("CheckpointCount")).as("checkpoints").isEqualTo(before + 1);
        assertThat(rig.ticket.isAcknowledged()).isTrue();
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").startPosition())
                    .isEqualTo(3);
            assertThat(again.drain()).containsExactly("b", "c");
            assertThat(again.channel.ledger().accepted()).isEqualTo(3);
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }

    /** A commit whose position is not in the same checkpoint: the frame is done with here, and comes again. */
    @Test
    void shouldHoldThePositionOfWhatWasCommittedInTheSameRound() throws IOException {
        ChannelRig rig = new ChannelRig(DUAL);
        rig.open(InputKey.Kind.ORDERED, "file:1");
        rig.put(1, "a");
        rig.put(2, "b");
        rig.run();
        rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
        rig.runner.run(ChannelRig.JOURNAL);
        rig.clock.pass(200);
        rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
        long before = rig.metric("CheckpointCount");
        rig.runner.run(ChannelRig.JOURNAL);
        assertThat(rig.metric("CheckpointCount")).as("checkpoints").isEqualTo(before + 1);
        try (ChannelRig again = rig.killAndReopen()) {
            assertThat(again.open(InputKey.Kind.ORDERED, "file:1").startPosition())
                    .isEqualTo(2);
            assertThat(again.channel.ledger().accepted()).isEqualTo(2);
            assertThat(again.channel.ledger().delivered()).isEqualTo(2);
            assertThat(again.channel.ledger().balances()).isTrue();
        }
    }
}

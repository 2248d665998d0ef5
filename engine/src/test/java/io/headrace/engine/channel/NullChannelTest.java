package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.InputKey;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The channel that drops everything, by order. */
class NullChannelTest {
    @Test
    void shouldDropWhatIsPutAndCountIt() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.discarding())) {
            rig.open(InputKey.Kind.ORDERED, "file:1");
            for (int i = 1; i <= 10_000; i++) {
                assertThat(rig.put(i, "a", "b")).isEqualTo(PutStatus.ACCEPTED);
                if (i % 100 == 0) {
                    rig.run();
                }
            }
            assertThat(rig.input.safePosition()).as("a source may forget it").isEqualTo(10_000);
            assertThat(rig.lease()).isNull();
            assertThat(rig.channel.size()).isZero();
            assertThat(rig.metric("MemoryBytes")).isZero();
            assertThat(rig.channel.ledger().dropped()).containsEntry("null", 20_000L);
            assertThat(rig.channel.ledger().delivered()).isZero();
            assertThat(rig.channel.ledger().balances()).isTrue();
            assertThat(rig.metric("LedgerDroppedCount")).isEqualTo(20_000);
            assertThat(rig.metric("EventTakeSuccessCount")).isZero();
        }
    }

    @Test
    void shouldGiveNothingToASink() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.discarding())) {
            rig.put("a");
            rig.runner.run(0);
            assertThat(rig.lease()).isNull();
        }
    }

    @Test
    void shouldNotHoldUpTheChannelBesideIt() throws IOException {
        try (ChannelRig kept = new ChannelRig(WrittenSettings.memory());
                ChannelRig dropped = new ChannelRig(WrittenSettings.discarding())) {
            ChannelProcessorImpl both = Fixtures.processor(kept.channel, dropped.channel);
            SourceInput input = both.anonymousInput();
            PutTicket ticket = both.newTicket();
            kept.frames.add(Fixtures.frame(kept.producer, "a"));
            assertThat(both.tryPut(input, 0, kept.frames.get(0), true, ticket)).isEqualTo(PutStatus.ACCEPTED);
            dropped.run();
            assertThat(kept.drain()).isEqualTo(List.of("a"));
            assertThat(ticket.isSafe()).isTrue();
            assertThat(dropped.channel.ledger().dropped()).containsEntry("null", 1L);
            input.close();
        }
    }

    @Test
    void shouldCallWhatIsLeftAtAStopDroppedByOrder() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.discarding())) {
            rig.put("a");
            assertThat(rig.channel.stop(0))
                    .as("nothing is lost that was to be kept")
                    .isZero();
            assertThat(rig.channel.ledger().dropped()).containsOnlyKeys("null");
            assertThat(rig.channel.ledger().balances()).isTrue();
        }
    }
}

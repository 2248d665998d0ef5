package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.SyncMode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What each key of a dual channel does beyond those of a file channel. */
class DualChannelSettingsTest {
    @Test
    void shouldHoldMemoryCapacityEventsInMemoryAndAllInTheLogWhenItIsZero() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.dual("memoryCapacity", "10"))) {
            assertThat(putUntilFull(rig, 11)).as("until the journal spills").isEqualTo(10);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.EVENTS);
            assertThat(rig.metric("LogFrameCount")).isZero();
            assertThat(rig.channel.isDurable()).isFalse();
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.dual("memoryCapacity", "0"))) {
            rig.put("a");
            rig.run();
            assertThat(rig.metric("LogFrameCount")).isEqualTo(1);
            assertThat(rig.channel.isDurable()).isTrue();
            assertThat(rig.metrics.texts()).containsEntry("LossOnKill", "nothing");
        }
        assertThat(WrittenSettings.dual().memoryCapacity())
                .as("Flume's default")
                .isEqualTo(10_000);
    }

    @Test
    void shouldHoldOverflowCapacityEventsInTheLogAndNoneWhenItIsZero() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.dual("memoryCapacity", "10", "overflowCapacity", "20"))) {
            int put = 0;
            for (PutStatus status = PutStatus.ACCEPTED; status == PutStatus.ACCEPTED && put < 100; put++) {
                status = rig.put("a");
                rig.run();
            }
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.OVERFLOW);
            assertThat(put - 1).isBetween(20, 31);
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.dual("memoryCapacity", "10", "overflowCapacity", "0"))) {
            for (int i = 0; i < 10; i++) {
                rig.put("a");
                rig.run();
            }
            assertThat(rig.put("a")).isEqualTo(PutStatus.FULL);
            rig.run();
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.EVENTS);
            assertThat(rig.metric("Spilling")).isZero();
            assertThat(rig.metric("LogFrameCount")).isZero();
        }
        assertThat(WrittenSettings.dual().overflowCapacity())
                .as("Flume's default")
                .isEqualTo(100_000_000);
        assertThatThrownBy(() -> WrittenSettings.dual("memoryCapacity", "0", "overflowCapacity", "0"))
                .hasMessageContaining("memoryCapacity: 0 (expected: >= 1 event where overflowCapacity is 0)");
    }

    @Test
    void shouldSpillAboveSpillAt() throws IOException {
        assertThat(spillsWith(75)).isFalse();
        assertThat(spillsWith(76)).isTrue();
        assertThat(spillsWith(40, "spillAt", "40")).isFalse();
        assertThat(spillsWith(41, "spillAt", "40")).isTrue();
    }

    private static boolean spillsWith(int events, String... written) throws IOException {
        try (ChannelRig rig = new ChannelRig(hundred(written))) {
            assertThat(putUntilFull(rig, events)).isEqualTo(events);
            rig.run();
            return rig.metric("Spilling") == 1;
        }
    }

    @Test
    void shouldReturnToMemoryBelowReturnAt() throws IOException {
        assertThat(spillsStillWith(60)).isTrue();
        assertThat(spillsStillWith(60, "returnAt", "65")).isFalse();
        assertThatThrownBy(() -> WrittenSettings.dual("returnAt", "75"))
                .hasMessageContaining("returnAt: 75 (expected: below spillAt 75)");
    }

    private static boolean spillsStillWith(int events, String... written) throws IOException {
        try (ChannelRig rig = new ChannelRig(hundred(written))) {
            putUntilFull(rig, 90);
            rig.run();
            assertThat(rig.metric("Spilling")).isEqualTo(1);
            while (rig.channel.size() > events) {
                rig.run();
                rig.consumer.tryLease(1, ChannelRig.BYTES).commit();
            }
            rig.run();
            return rig.metric("Spilling") == 1;
        }
    }

    @Test
    void shouldSyncEvery100MillisUnlessTold() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.dual())) {
            assertThat(rig.channel.settings().sync()).isEqualTo(SyncMode.every(100));
            assertThat(rig.metrics.texts())
                    .containsEntry("Appender", "mapped")
                    .containsEntry("Sync", "100")
                    .containsEntry("LossOnKill", "what it holds in memory, unless the source can read again")
                    .containsEntry(
                            "LossOnPowerCut",
                            "what it holds in memory, unless the source can read again, and what was written in the"
                                    + " last 100 ms");
        }
        assertThat(WrittenSettings.dual("sync", "never").sync()).isEqualTo(SyncMode.NEVER);
    }

    private static ChannelSettings hundred(String... written) {
        String[] all = new String[written.length + 2];
        all[0] = "memoryCapacity";
        all[1] = "100";
        System.arraycopy(written, 0, all, 2, written.length);
        return WrittenSettings.dual(all);
    }

    private static int putUntilFull(ChannelRig rig, int most) {
        int put = 0;
        while (put < most && rig.put("a") == PutStatus.ACCEPTED) {
            put++;
        }
        return put;
    }
}

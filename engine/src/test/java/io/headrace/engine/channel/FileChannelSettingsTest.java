package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What each key of a file channel does beyond those of a memory channel. */
class FileChannelSettingsTest {
    private static final String BODY = "x".repeat(10_000);

    @Test
    void shouldHoldCapacityEvents() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file("capacity", "2"))) {
            rig.put("a");
            rig.put("b");
            assertThat(rig.put("c")).isEqualTo(PutStatus.FULL);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.EVENTS);
        }
        assertThat(WrittenSettings.file().capacity()).as("Flume's default").isEqualTo(1_000_000);
        assertThat(WrittenSettings.file().transactionCapacity()).isEqualTo(10_000);
    }

    @Test
    void shouldUseTheFoldersOfDataDirsInTurnAndCheckpointDir() throws IOException {
        ChannelSettings settings = WrittenSettings.file(
                "dataDirs", "one, two", "checkpointDir", "three", "maxFileSize", "1", "byteCapacity", "1m");
        SimulatedDisk storage = new SimulatedDisk();
        try (ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock())) {
            fill(rig, 5_000_000);
            assertThat(segmentsIn(storage, "one")).isGreaterThanOrEqualTo(2);
            assertThat(segmentsIn(storage, "two")).isGreaterThanOrEqualTo(2);
            assertThat(storage.list(Path.of("one"))).contains("identity");
            assertThat(storage.list(Path.of("three"))).contains("checkpoint-a", "checkpoint-b");
        }
    }

    @Test
    void shouldSyncAsOftenAsSyncSays() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file())) {
            rig.put("a");
            assertThat(rig.ticket.isAcknowledged()).isFalse();
            rig.run();
            assertThat(rig.metric("LogSyncCount")).as("always").isEqualTo(1);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertLosses(rig, "always", "nothing", "nothing");
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file("sync", "250"))) {
            rig.put("a");
            rig.run();
            rig.pass(249);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.metric("LogSyncCount")).isZero();
            rig.pass(1);
            assertThat(rig.metric("LogSyncCount")).isEqualTo(1);
            assertLosses(rig, "250", "nothing", "what was written in the last 250 ms");
        }
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file("sync", "never"))) {
            rig.put("a");
            rig.run();
            rig.pass(3_600_000);
            assertThat(rig.ticket.isAcknowledged()).isTrue();
            assertThat(rig.metric("LogSyncCount")).isZero();
            assertLosses(rig, "never", "nothing", "what the operating system has not written back");
        }
    }

    private static void assertLosses(ChannelRig rig, String sync, String onKill, String onPowerCut) {
        assertThat(rig.metrics.texts())
                .containsEntry("Sync", sync)
                .containsEntry("LossOnKill", onKill)
                .containsEntry("LossOnPowerCut", onPowerCut);
    }

    @Test
    void shouldReadFlumesKeysOfSyncing() {
        assertThat(WrittenSettings.file("fsyncPerTransaction", "false").sync()).isEqualTo(SyncMode.every(5_000));
        assertThat(WrittenSettings.file("fsyncPerTransaction", "false", "fsyncInterval", "2")
                        .sync())
                .isEqualTo(SyncMode.every(2_000));
        assertThat(WrittenSettings.file("fsyncInterval", "2").sync()).isEqualTo(SyncMode.ALWAYS);
        assertThat(WrittenSettings.dual("fsyncPerTransaction", "true").sync()).isEqualTo(SyncMode.ALWAYS);
        assertThat(WrittenSettings.file("fsyncPerTransaction", "false", "sync", "always")
                        .sync())
                .isEqualTo(SyncMode.ALWAYS);
        assertThatThrownBy(() -> WrittenSettings.file("sync", "sometimes"))
                .hasMessageContaining("sync: sometimes (expected: always, never or milliseconds)");
    }

    @Test
    void shouldWriteWithTheAppenderAndChooseItBySync() throws IOException {
        assertThat(appenderOf("appender", "mapped")).isEqualTo("mapped");
        assertThat(appenderOf("appender", "positional", "sync", "never")).isEqualTo("positional");
        assertThat(appenderOf("appender", "auto")).isEqualTo("direct");
        assertThat(appenderOf("appender", "direct", "sync", "100")).isEqualTo("direct");
        assertThat(appenderOf("sync", "100")).isEqualTo("mapped");
    }

    @Test
    void shouldWriteGroupsOfGroupBytesAtMost() throws IOException {
        assertThat(syncsOfFourFrames()).as("one group").isEqualTo(1);
        assertThat(syncsOfFourFrames("groupBytes", "16k")).as("a frame each").isEqualTo(4);
        assertThat(WrittenSettings.file().groupBytes()).isEqualTo(1024 * 1024);
        assertThatThrownBy(() -> WrittenSettings.file("groupBytes", "100")).hasMessageContaining("groupBytes: 100");
    }

    private static long syncsOfFourFrames(String... written) throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file(written))) {
            for (int i = 0; i < 4; i++) {
                rig.put(BODY);
            }
            rig.run();
            return rig.metric("LogSyncCount");
        }
    }

    private static String appenderOf(String... written) throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file(written))) {
            return rig.metrics.texts().get("Appender");
        }
    }

    @Test
    void shouldBeginANewSegmentAtMaxFileSize() throws IOException {
        long smallest = 2 * 65_536 + 1_048_576;
        assertThat(WrittenSettings.file("maxFileSize", "1").segmentBytes())
                .as("raised for the largest event")
                .isEqualTo(smallest);
        assertThat(WrittenSettings.file("maxFileSize", "2146435071").segmentBytes())
                .as("Flume's default")
                .isEqualTo(1024L * 1024 * 1024);
        assertThat(segmentsFor("maxFileSize", "1")).isGreaterThan(segmentsFor("maxFileSize", "64m"));
    }

    private static long segmentsFor(String... written) throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file(written))) {
            fill(rig, 3_500_000);
            return rig.metric("LogSegmentCount");
        }
    }

    @Test
    void shouldLeaveMinimumRequiredSpaceFree() throws IOException {
        assertThat(freeWhenFull("0")).isLessThan(2_000_000);
        assertThat(freeWhenFull("4m")).isGreaterThanOrEqualTo(4 << 20);
    }

    private static long freeWhenFull(String reserve) throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        storage.capacity(12_000_000);
        ChannelSettings settings =
                WrittenSettings.file("minimumRequiredSpace", reserve, "maxFileSize", "1", "byteCapacity", "100k");
        try (ChannelRig rig = new ChannelRig(settings, storage, new DrivenClock())) {
            PutStatus status = PutStatus.ACCEPTED;
            for (int i = 0; i < 2_000 && status == PutStatus.ACCEPTED; i++) {
                status = rig.put(BODY);
                rig.pass(10);
            }
            assertThat(status).isEqualTo(PutStatus.FULL);
            assertThat(rig.ticket.fullReason()).isEqualTo(FullReason.LOG);
            return storage.usableSpace(ChannelRig.FOLDER);
        }
    }

    @Test
    void shouldShowFramesAndBytesASync() throws IOException {
        try (ChannelRig rig = new ChannelRig(WrittenSettings.file())) {
            assertThat(rig.metrics.gauges()).containsEntry("FramesPerSync", 0.0);
            for (int i = 0; i < 5; i++) {
                rig.put("a");
            }
            rig.run();
            rig.put("b");
            rig.run();
            assertThat(rig.metric("LogSyncCount")).isEqualTo(2);
            assertThat(rig.metrics.gauges()).containsEntry("FramesPerSync", 3.0);
            assertThat(rig.metric("LogByteCount") / 2.0)
                    .isEqualTo(rig.metrics.gauges().get("BytesPerSync"));
        }
    }

    private static void fill(ChannelRig rig, int bytes) {
        for (int put = 0; put < bytes; put += BODY.length()) {
            assertThat(rig.put(BODY)).isEqualTo(PutStatus.ACCEPTED);
            rig.pass(1);
        }
    }

    private static long segmentsIn(SimulatedDisk storage, String folder) throws IOException {
        return storage.list(Path.of(folder)).stream()
                .filter(name -> name.endsWith(".wal"))
                .count();
    }
}

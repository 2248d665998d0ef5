package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The channel {@code dual}: memory, and a log for what memory cannot hold. */
public final class DualChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "memoryCapacity",
                    byDefault = "10000",
                    min = 0,
                    unit = "events",
                    doc = "Events in memory at most; 0 for all in the log.")
            long memoryCapacity,

            @Setting(
                    key = "overflowCapacity",
                    byDefault = "100000000",
                    min = 0,
                    unit = "events",
                    doc = "Events in the log at most; 0 for memory only.")
            long overflowCapacity,

            @Setting(key = "overflowTimeout", min = 0, unit = "s", doc = "Accepted; spilling never waits.")
            Optional<Duration> overflowTimeout,

            @Setting(
                    key = "overflowDeactivationThreshold",
                    min = 0,
                    max = 100,
                    doc = "Accepted; spilling ends below a quarter of memory.")
            Optional<Integer> overflowDeactivationThreshold,

            @Setting(key = "avgEventSize", min = 1, unit = "bytes", doc = "Accepted; events are counted as they are.")
            Optional<Long> avgEventSize,

            @Setting(
                    key = "byteCapacityBufferPercentage",
                    min = 0,
                    max = 100,
                    doc = "Accepted; headers are counted as they are.")
            Optional<Integer> byteCapacityBufferPercentage,

            @Setting(
                    key = "transactionCapacity",
                    byDefault = "10000",
                    min = 1,
                    unit = "events",
                    doc = "Largest batch of a source or sink.")
            int transactionCapacity,

            @Setting(key = "keep-alive", byDefault = "3", min = 0, unit = "s", doc = "How long a put waits for room.")
            Duration keepAlive,

            @Setting(
                    key = "byteCapacity",
                    byDefault = "64m",
                    min = 1,
                    unit = "bytes",
                    doc = "Memory that events may take.")
            long byteCapacity,

            @Setting(
                    key = "dataDirs",
                    byDefault = "~/.headrace/file-channel/data",
                    doc = "Folders of the log; the first has its lock and identity.")
            List<Path> dataDirs,

            @Setting(key = "checkpointDir", doc = "Folder of the checkpoint; the first of dataDirs unless given.")
            Optional<Path> checkpointDir,

            @Setting(
                    key = "sync",
                    byDefault = "100",
                    doc = "When writes are synced: always, never, or every so many ms.")
            String sync,

            @Setting(key = "appender", doc = "How segments are written: mapped or positional.")
            Optional<Appender> appender,

            @Setting(key = "maxFileSize", byDefault = "64m", min = 1, unit = "bytes", doc = "Size of a segment.")
            long maxFileSize,

            @Setting(
                    key = "minimumRequiredSpace",
                    byDefault = "524288000",
                    min = 0,
                    unit = "bytes",
                    doc = "Free space of the disk that is left alone.")
            long minimumRequiredSpace,

            @Setting(
                    key = "maxEventBytes",
                    byDefault = "16m",
                    min = 1,
                    unit = "bytes",
                    doc = "Largest event, headers and body.")
            int maxEventBytes,

            @Setting(key = "waitStrategy", byDefault = "adaptive", doc = "How the channel's threads wait.")
            WaitStrategyKind waitStrategy,

            @Setting(
                    key = "useDualCheckpoints",
                    byDefault = "false",
                    doc = "Accepted; a checkpoint always has two slots.")
            boolean useDualCheckpoints,

            @Setting(key = "backupCheckpointDir", doc = "Accepted; a checkpoint always has two slots.")
            Optional<Path> backupCheckpointDir,

            @Setting(key = "compressBackupCheckpoint", doc = "Accepted; there is no copy to compress.")
            Optional<Boolean> compressBackupCheckpoint,

            @Setting(
                    key = "checkpointInterval",
                    min = 1,
                    unit = "ms",
                    doc = "Accepted; a checkpoint follows in 200 ms.")
            Optional<Duration> checkpointInterval,

            @Setting(key = "checkpointOnClose", doc = "Accepted; an orderly stop always makes a checkpoint.")
            Optional<Boolean> checkpointOnClose,

            @Setting(key = "use-log-replay-v1", doc = "Accepted; nothing is replayed.")
            Optional<Boolean> useLogReplayV1,

            @Setting(key = "use-fast-replay", doc = "Accepted; nothing is replayed.")
            Optional<Boolean> useFastReplay,

            @Setting(key = "fsyncPerTransaction", doc = "Accepted; see sync.")
            Optional<Boolean> fsyncPerTransaction,

            @Setting(key = "fsyncInterval", doc = "Accepted; see sync.")
            Optional<String> fsyncInterval) {
        Settings {
            SyncMode.parse(sync);
            if (maxFileSize < 2L * maxEventBytes + 1024 * 1024) {
                throw new IllegalArgumentException("maxFileSize: " + maxFileSize + " (expected: >= twice maxEventBytes "
                        + maxEventBytes + " and 1 MiB)");
            }
        }
    }

    @Override
    public String alias() {
        return "dual";
    }

    @Override
    public List<String> otherNames() {
        return List.of("SPILLABLEMEMORY", "org.apache.flume.channel.SpillableMemoryChannel");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "keeps events in memory and spills to a log on disk";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        Settings read = context.settings(Settings.class);
        ChannelLogSettings.tellOfDualCheckpoints(context.name(), read.useDualCheckpoints());
        return new ChannelSettings(
                context.name(),
                ChannelPolicy.DUAL,
                Math.max(1, read.memoryCapacity() + read.overflowCapacity()),
                read.memoryCapacity(),
                read.overflowCapacity(),
                read.byteCapacity(),
                read.transactionCapacity(),
                (int) read.keepAlive().toSeconds(),
                SyncMode.parse(read.sync()),
                ChannelLogSettings.appender(read.appender(), read.sync()),
                read.dataDirs(),
                read.checkpointDir().orElse(null),
                ChannelLogSettings.segmentBytes(context.name(), read.maxFileSize()),
                read.maxEventBytes(),
                read.minimumRequiredSpace(),
                read.waitStrategy(),
                ChannelLogSettings.SPILL_AT_PERCENT,
                ChannelLogSettings.RETURN_AT_PERCENT);
    }
}

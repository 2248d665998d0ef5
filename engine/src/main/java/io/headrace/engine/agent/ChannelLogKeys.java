package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.LogKeeping;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.engine.config.SettingsRemarks.Remark;
import io.headrace.wal.CursorStart;
import io.headrace.wal.LogRetention;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keys of the channels that have a log. */
final class ChannelLogKeys {
    private ChannelLogKeys() {}

    /** Which appender writes. */
    enum AppenderChoice {
        /** The one that suits {@code sync}. */
        AUTO,
        MAPPED,
        POSITIONAL,
        DIRECT
    }

    /** Where the log is and how it is written. */
    record Log(
            @Setting(
                    key = "dataDirs",
                    byDefault = "~/.headrace/file-channel/data",
                    doc = "Folders of the log, which take segments in turn, best on disks of their own; the first has"
                            + " the lock and the identity, too.")
            List<Path> dataDirs,

            @Setting(key = "checkpointDir", doc = "Folder of the checkpoint; the first of dataDirs unless given.")
            Optional<Path> checkpointDir,

            @Setting(
                    key = "sync",
                    word = true,
                    doc = "When writes are synced: always, never, or a number of milliseconds. A power cut costs what"
                            + " was not synced; always costs nothing, as only what is synced is acknowledged. Unless"
                            + " given always for a file channel, 100 for a dual one.")
            Optional<String> sync,

            @Setting(
                    key = "appender",
                    byDefault = "auto",
                    doc =
                            "How segments are written: mapped or positional into the page cache, direct around it, or auto,"
                                    + " which is direct for sync = always, positional for never and mapped for milliseconds."
                                    + " Where a file system does not bear it, positional takes its place.")
            AppenderChoice appender,

            @Setting(
                    key = "groupBytes",
                    byDefault = "1m",
                    min = MIN_GROUP_BYTES,
                    max = ChannelSettings.MAX_GROUP_BYTES,
                    unit = "bytes",
                    doc =
                            "Most bytes that are written and synced as one group; a group is written as soon as the disk is"
                                    + " free, however small it is.")
            int groupBytes,

            @Setting(
                    key = "maxFileSize",
                    byDefault = "64m",
                    min = 1,
                    unit = "bytes",
                    doc = "Size of a segment: at least twice maxEventBytes and 1 MiB, at most 1 GiB.")
            long maxFileSize,

            @Setting(
                    key = "minimumRequiredSpace",
                    byDefault = "524288000",
                    min = 0,
                    max = 1L << 50,
                    unit = "bytes",
                    doc = "Free space of each disk that is left alone; below it sources wait until there is more.")
            long minimumRequiredSpace,

            @Setting(
                    key = "fsyncPerTransaction",
                    doc = "Flume's sync: true for sync = always, false for a sync each fsyncInterval; sync wins.")
            Optional<Boolean> fsyncPerTransaction,

            @Setting(
                    key = "fsyncInterval",
                    byDefault = "5",
                    min = 1,
                    max = 3600,
                    unit = "s",
                    doc = "Between syncs where fsyncPerTransaction = false.")
            Duration fsyncInterval,

            @Setting(
                    key = "inputExpiry",
                    byDefault = "30d",
                    min = 1,
                    unit = "s",
                    doc =
                            "After this long an input (a tailed file, a sender) is forgotten that no source has open and of"
                                    + " which no cursor needs an event any more; should it come back, it begins anew, and"
                                    + " what a sender had no answer for may come twice.")
            Duration inputExpiry) {
        private static final long MIB = 1024 * 1024;
        private static final int MIN_GROUP_BYTES = 4096;

        /** One that is filled and three beside it. */
        private static final long MOST_GROUPS = 4;

        Log {
            sync.ifPresent(SyncMode::parse);
            if (dataDirs.isEmpty()) {
                throw new IllegalArgumentException("dataDirs: none (expected: at least one folder)");
            }
        }

        ChannelSettings applyTo(ChannelSettings settings, int maxEventBytes) {
            SyncMode mode = syncMode(settings.sync());
            Appender written =
                    switch (appender) {
                        case AUTO -> Appender.defaultFor(mode);
                        case MAPPED -> Appender.MAPPED;
                        case POSITIONAL -> Appender.POSITIONAL;
                        case DIRECT -> Appender.DIRECT;
                    };
            return settings.withFolders(dataDirs, checkpointDir.orElse(null))
                    .withSync(mode, written)
                    .withSegments(segmentBytes(maxEventBytes), maxEventBytes)
                    .withReserveBytes(minimumRequiredSpace)
                    .withGroupBytes(groupBytes)
                    .withKeeping(new LogKeeping(
                            settings.keeping().retention(),
                            settings.keeping().cursors(),
                            settings.keeping().cursorExpiryMillis(),
                            inputExpiry.toMillis()));
        }

        /** Memory outside the heap beside that of the channel: groups on their way to the disk, and what is read ahead. */
        long memoryBytes(int cursors) {
            return MOST_GROUPS * groupBytes + (1 + cursors) * ChannelSettings.READ_AHEAD_BYTES;
        }

        /** What these settings have to say, see {@link SettingsRemarks}. */
        List<Remark> remarks(int maxEventBytes) {
            List<Remark> remarks = new ArrayList<>();
            if (segmentBytes(maxEventBytes) != maxFileSize) {
                remarks.add(new Remark(
                        Severity.NOTICE,
                        "maxFileSize",
                        "read as " + segmentBytes(maxEventBytes) + " (expected: " + smallestSegment(maxEventBytes)
                                + ", twice maxEventBytes and 1 MiB, to " + LogSettings.MAX_SEGMENT_BYTES + ")"));
            }
            if (sync.isPresent()) {
                remarks.add(new Remark(Severity.NOTICE, "fsyncPerTransaction", "has no effect (sync decides)"));
                remarks.add(new Remark(Severity.NOTICE, "fsyncInterval", "has no effect (sync decides)"));
            } else if (fsyncPerTransaction.orElse(true)) {
                remarks.add(new Remark(
                        Severity.NOTICE,
                        "fsyncInterval",
                        "has no effect (it is for fsyncPerTransaction = false; sync = MILLISECONDS says the same)"));
            }
            return remarks;
        }

        private SyncMode syncMode(SyncMode byDefault) {
            if (sync.isPresent()) {
                return SyncMode.parse(sync.get());
            }
            return fsyncPerTransaction
                    .map(each -> each ? SyncMode.ALWAYS : SyncMode.every(fsyncInterval.toMillis()))
                    .orElse(byDefault);
        }

        /** Flume's files may be larger than a segment can be, and smaller. */
        private long segmentBytes(int maxEventBytes) {
            return Math.max(smallestSegment(maxEventBytes), Math.min(maxFileSize, LogSettings.MAX_SEGMENT_BYTES));
        }

        private static long smallestSegment(int maxEventBytes) {
            return Math.min(2L * maxEventBytes + MIB, LogSettings.MAX_SEGMENT_BYTES);
        }
    }

    /** Of channels that have every frame in the log: who else reads it, and what is kept for that. */
    record Replay(
            @Setting(
                    key = "cursors.*",
                    doc =
                            "cursors.NAME.start: makes the cursor NAME, from which sinks with cursor = NAME get all events"
                                    + " again, beside the others. It begins at the oldest event held (oldest), behind the newest"
                                    + " (latest), at a sequence, or at the first frame of a time with its zone, e.g."
                                    + " 2026-11-21T08:00:00Z; once: later its own place counts.")
            Map<String, String> cursors,

            @Setting(
                    key = "cursorExpiry",
                    byDefault = "7d",
                    min = 1,
                    unit = "s",
                    doc = "After this long a cursor is dropped that no sink was on; until then it holds the log.")
            Duration cursorExpiry,

            @Setting(
                    key = "retentionMillis",
                    byDefault = "0",
                    min = 0,
                    unit = "ms",
                    doc =
                            "How long segments are kept that no cursor needs, for cursors to come; 0 for no limit, and for"
                                    + " none at all where retentionBytes is 0, too.")
            Duration retention,

            @Setting(
                    key = "retentionBytes",
                    byDefault = "0",
                    min = 0,
                    max = 1L << 60,
                    unit = "bytes",
                    doc =
                            "How large the segments are together that are kept so; 0 for no limit, and for none at all where"
                                    + " retentionMillis is 0, too. They make room before a source has to wait.")
            long retentionBytes) {
        private static final String START = ".start";

        int cursorCount() {
            return (int)
                    cursors.keySet().stream().filter(key -> key.endsWith(START)).count();
        }

        Replay {
            starts(cursors);
        }

        private static List<CursorStart> starts(Map<String, String> written) {
            List<CursorStart> starts = new ArrayList<>();
            new TreeMap<>(written).forEach((key, value) -> {
                if (!key.endsWith(START)) {
                    throw new IllegalArgumentException("cursors." + key + ": " + value + " (expected: cursors."
                            + (key.contains(".") ? key.substring(0, key.indexOf('.')) : key) + START
                            + " = oldest, latest, a sequence or a time)");
                }
                starts.add(CursorStart.parse(key.substring(0, key.length() - START.length()), value));
            });
            return starts;
        }

        ChannelSettings applyTo(ChannelSettings settings) {
            return settings.withKeeping(new LogKeeping(
                    new LogRetention(retention.toMillis(), retentionBytes),
                    starts(cursors),
                    cursorExpiry.toMillis(),
                    settings.keeping().inputExpiryMillis()));
        }
    }

    /** Of Flume's file channel, without a meaning here. */
    record FlumeLog(
            @Setting(
                    key = "useDualCheckpoints",
                    noEffect = "a checkpoint always has two slots, written in turn",
                    doc = "Whether Flume keeps a copy of its checkpoint.")
            Optional<Boolean> useDualCheckpoints,

            @Setting(
                    key = "backupCheckpointDir",
                    noEffect = "a checkpoint always has two slots, written in turn, and there is no copy",
                    doc = "Folder of Flume's copy of its checkpoint.")
            Optional<Path> backupCheckpointDir,

            @Setting(
                    key = "compressBackupCheckpoint",
                    noEffect = "there is no copy to compress",
                    doc = "Whether Flume compresses the copy of its checkpoint.")
            Optional<Boolean> compressBackupCheckpoint,

            @Setting(
                    key = "checkpointInterval",
                    noEffect = "a change is in a checkpoint within 200 ms",
                    doc = "Between Flume's checkpoints.")
            Optional<Duration> checkpointInterval,

            @Setting(
                    key = "checkpointOnClose",
                    noEffect = "an orderly stop always makes a checkpoint",
                    doc = "Whether Flume makes a checkpoint when it stops.")
            Optional<Boolean> checkpointOnClose,

            @Setting(
                    key = "use-log-replay-v1",
                    noEffect = "nothing is replayed: recovery reads what was written since the checkpoint",
                    doc = "How Flume replays its log.")
            Optional<Boolean> useLogReplayV1,

            @Setting(
                    key = "use-fast-replay",
                    noEffect = "nothing is replayed: recovery reads what was written since the checkpoint",
                    doc = "How Flume replays its log.")
            Optional<Boolean> useFastReplay) {}
}

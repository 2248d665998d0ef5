package io.headrace.wal;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where and how a log is kept.
 *
 * @param dataFolders segments in turn, each folder once; the log's identity is in the first, wherever that stands later
 * @param checkpointFolder of the two slots, or null for the folder with the identity
 * @param segmentBytes size of a segment, at least twice the largest frame
 * @param maxFrameLength longest frame, both halves and payload
 * @param appender which appender writes
 * @param reserveBytes free space that is left alone
 * @param retention how long released segments are kept; given up where there is no room for new ones
 * @param cursors that are made when the log is opened, unless it has them; with them every frame is to be appended
 * @param groupBytes at which a group of frames is full, 1 MiB at most; a longer frame is a group of its own
 */
public record LogSettings(
        List<Path> dataFolders,
        Path checkpointFolder,
        long segmentBytes,
        int maxFrameLength,
        Appender appender,
        long reserveBytes,
        LogRetention retention,
        List<CursorStart> cursors,
        int groupBytes) {
    /** The appenders. */
    public enum Appender {
        /** Stores into mapped pages; positional instead where the file system writes over nothing in place. */
        MAPPED,
        /** Gathering writes into the page cache. */
        POSITIONAL,
        /**
         * Writes whole blocks around the page cache; each group is durable once it is written, whatever the sync mode.
         * Positional instead where the file system cannot do that.
         */
        DIRECT;

        /** What writes best under a sync mode: direct where each group is synced, positional where none is. */
        public static Appender defaultFor(SyncMode sync) {
            return switch (sync.kind()) {
                case ALWAYS -> DIRECT;
                case INTERVAL -> MAPPED;
                case NEVER -> POSITIONAL;
            };
        }
    }

    /** Size of a segment unless configured. */
    public static final long DEFAULT_SEGMENT_BYTES = 64L * 1024 * 1024;

    /** Largest segment: it is addressed by ints when mapped. */
    public static final long MAX_SEGMENT_BYTES = 1024L * 1024 * 1024;

    /** Of a log that keeps nothing that is released and has no cursor but the sinks'. */
    public LogSettings(
            List<Path> dataFolders,
            Path checkpointFolder,
            long segmentBytes,
            int maxFrameLength,
            Appender appender,
            long reserveBytes) {
        this(
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxFrameLength,
                appender,
                reserveBytes,
                LogRetention.NONE,
                List.of());
    }

    /** With groups of the full size. */
    public LogSettings(
            List<Path> dataFolders,
            Path checkpointFolder,
            long segmentBytes,
            int maxFrameLength,
            Appender appender,
            long reserveBytes,
            LogRetention retention,
            List<CursorStart> cursors) {
        this(
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxFrameLength,
                appender,
                reserveBytes,
                retention,
                cursors,
                SegmentAppender.GROUP_BYTES);
    }

    public LogSettings {
        dataFolders = List.copyOf(dataFolders);
        cursors = List.copyOf(cursors);
        if (dataFolders.isEmpty()) {
            throw new IllegalArgumentException("dataFolders: none (expected: at least one)");
        }
        Set<Path> places = new HashSet<>();
        for (Path folder : dataFolders) {
            if (!places.add(folder.toAbsolutePath().normalize())) {
                throw new IllegalArgumentException("dataDirs: " + folder + " (expected: each folder once)");
            }
        }
        long smallest = 2L * maxFrameLength + SegmentHeader.LENGTH;
        if (segmentBytes < smallest || segmentBytes > MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segmentBytes: " + segmentBytes + " (expected: " + smallest
                    + ", twice the largest frame, to " + MAX_SEGMENT_BYTES + ")");
        }
        if (reserveBytes < 0) {
            throw new IllegalArgumentException("reserveBytes: " + reserveBytes + " (expected: >= 0)");
        }
        if (groupBytes < 1 || groupBytes > SegmentAppender.GROUP_BYTES) {
            throw new IllegalArgumentException(
                    "groupBytes: " + groupBytes + " (expected: 1 to " + SegmentAppender.GROUP_BYTES + ")");
        }
    }

    /** The same with other {@link #groupBytes}. */
    public LogSettings withGroupBytes(int bytes) {
        return new LogSettings(
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxFrameLength,
                appender,
                reserveBytes,
                retention,
                cursors,
                bytes);
    }
}

package io.headrace.engine.channel;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.frame.FrameLayout;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.util.List;

/**
 * The effective settings of a channel, whatever its type was called in a configuration. Programs start from {@link
 * #memory}, {@link #dual} and {@link #file}.
 *
 * @param capacity MEMORY and FILE: events held at most
 * @param memoryCapacity DUAL: events in memory at which frames are refused until the journal spills
 * @param overflowCapacity DUAL: events in the log at most; 0 means that nothing is spilled
 * @param byteCapacity bytes that frames may pin in memory
 * @param transactionCapacity largest batch that a source or sink may be configured with, in events
 * @param keepAliveSeconds how long a thread that puts waits for room
 * @param sync when written groups are synced
 * @param appender how segments are written
 * @param dataFolders of the log; empty for MEMORY
 * @param checkpointFolder of the log, or null for the first data folder
 * @param segmentBytes size of a segment
 * @param maxEventBytes largest event, headers and body
 * @param reserveBytes free space of the file system that is left alone
 * @param spillAtPercent DUAL: share of memory above which the journal writes
 * @param returnAtPercent DUAL: share of memory below which it stops
 */
public record ChannelSettings(
        String name,
        ChannelPolicy policy,
        long capacity,
        long memoryCapacity,
        long overflowCapacity,
        long byteCapacity,
        int transactionCapacity,
        int keepAliveSeconds,
        SyncMode sync,
        Appender appender,
        List<Path> dataFolders,
        Path checkpointFolder,
        long segmentBytes,
        int maxEventBytes,
        long reserveBytes,
        WaitStrategyKind waitStrategy,
        int spillAtPercent,
        int returnAtPercent) {
    /** Fewest ring slots. */
    public static final int MIN_SLOTS = 4_096;

    /** Most ring slots. */
    public static final int MAX_SLOTS = 262_144;

    /** Default of {@code byteCapacity}. */
    public static final long DEFAULT_BYTE_CAPACITY = 64L * 1024 * 1024;

    private static final long DEFAULT_SEGMENT_BYTES = 64L * 1024 * 1024;
    private static final int DEFAULT_TRANSACTION_CAPACITY = 10_000;
    private static final int DEFAULT_KEEP_ALIVE_SECONDS = 3;
    private static final int SEGMENT_HEADER_BYTES = 4_096;
    private static final int DUAL_SYNC_MILLIS = 100;

    public ChannelSettings {
        require(capacity > 0, "capacity", capacity, ">= 1 event");
        require(byteCapacity > 0, "byteCapacity", byteCapacity, ">= 1 byte");
        require(memoryCapacity >= 0, "memoryCapacity", memoryCapacity, ">= 0 events");
        require(overflowCapacity >= 0, "overflowCapacity", overflowCapacity, ">= 0 events");
        require(
                policy != ChannelPolicy.DUAL || memoryCapacity + overflowCapacity > 0,
                "memoryCapacity",
                memoryCapacity,
                ">= 1 event where overflowCapacity is 0");
        require(transactionCapacity > 0, "transactionCapacity", transactionCapacity, ">= 1 event");
        require(keepAliveSeconds >= 0, "keep-alive", keepAliveSeconds, ">= 0 s");
        require(spillAtPercent > 0 && spillAtPercent <= 100, "spillAt", spillAtPercent, "1 to 100 % of memory");
        require(
                returnAtPercent >= 0 && returnAtPercent < spillAtPercent,
                "returnAt",
                returnAtPercent,
                "0 to below spillAt " + spillAtPercent);
        require(
                policy == ChannelPolicy.MEMORY || !dataFolders.isEmpty(),
                "dataDirs",
                dataFolders,
                "at least one folder");
        require(
                policy == ChannelPolicy.MEMORY || segmentBytes >= 2L * maxEventBytes,
                "maxFileSize",
                segmentBytes,
                ">= twice maxEventBytes " + maxEventBytes);
        dataFolders = List.copyOf(dataFolders);
    }

    /** A memory channel of the defaults. */
    public static ChannelSettings memory(String name, long capacityEvents) {
        return new ChannelSettings(
                name,
                ChannelPolicy.MEMORY,
                capacityEvents,
                capacityEvents,
                0,
                DEFAULT_BYTE_CAPACITY,
                DEFAULT_TRANSACTION_CAPACITY,
                DEFAULT_KEEP_ALIVE_SECONDS,
                SyncMode.NEVER,
                Appender.MAPPED,
                List.of(),
                null,
                DEFAULT_SEGMENT_BYTES,
                FrameLayout.DEFAULT_MAX_EVENT_BYTES,
                0,
                WaitStrategyKind.ADAPTIVE,
                75,
                25);
    }

    /** A file channel of the defaults: acknowledges when durable. */
    public static ChannelSettings file(String name, long capacityEvents, Path folder) {
        return new ChannelSettings(
                name,
                ChannelPolicy.FILE,
                capacityEvents,
                capacityEvents,
                0,
                DEFAULT_BYTE_CAPACITY,
                DEFAULT_TRANSACTION_CAPACITY,
                DEFAULT_KEEP_ALIVE_SECONDS,
                SyncMode.ALWAYS,
                Appender.POSITIONAL,
                List.of(folder),
                null,
                DEFAULT_SEGMENT_BYTES,
                FrameLayout.DEFAULT_MAX_EVENT_BYTES,
                0,
                WaitStrategyKind.ADAPTIVE,
                75,
                25);
    }

    /** A dual channel of the defaults: syncs every 100 ms while it spills. */
    public static ChannelSettings dual(String name, long memoryEvents, long overflowEvents, Path folder) {
        return new ChannelSettings(
                name,
                ChannelPolicy.DUAL,
                Math.max(1, memoryEvents + overflowEvents),
                memoryEvents,
                overflowEvents,
                DEFAULT_BYTE_CAPACITY,
                DEFAULT_TRANSACTION_CAPACITY,
                DEFAULT_KEEP_ALIVE_SECONDS,
                SyncMode.every(DUAL_SYNC_MILLIS),
                Appender.MAPPED,
                List.of(folder),
                null,
                DEFAULT_SEGMENT_BYTES,
                FrameLayout.DEFAULT_MAX_EVENT_BYTES,
                0,
                WaitStrategyKind.ADAPTIVE,
                75,
                25);
    }

    /** The same with another {@link #byteCapacity}. */
    public ChannelSettings withByteCapacity(long bytes) {
        return new ChannelSettings(
                name,
                policy,
                capacity,
                memoryCapacity,
                overflowCapacity,
                bytes,
                transactionCapacity,
                keepAliveSeconds,
                sync,
                appender,
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxEventBytes,
                reserveBytes,
                waitStrategy,
                spillAtPercent,
                returnAtPercent);
    }

    /** The same with another {@link #keepAliveSeconds}. */
    public ChannelSettings withKeepAliveSeconds(int seconds) {
        return new ChannelSettings(
                name,
                policy,
                capacity,
                memoryCapacity,
                overflowCapacity,
                byteCapacity,
                transactionCapacity,
                seconds,
                sync,
                appender,
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxEventBytes,
                reserveBytes,
                waitStrategy,
                spillAtPercent,
                returnAtPercent);
    }

    /** The same with another {@link #sync} and {@link #appender}. */
    public ChannelSettings withSync(SyncMode mode, Appender withAppender) {
        return new ChannelSettings(
                name,
                policy,
                capacity,
                memoryCapacity,
                overflowCapacity,
                byteCapacity,
                transactionCapacity,
                keepAliveSeconds,
                mode,
                withAppender,
                dataFolders,
                checkpointFolder,
                segmentBytes,
                maxEventBytes,
                reserveBytes,
                waitStrategy,
                spillAtPercent,
                returnAtPercent);
    }

    /** The same with another {@link #segmentBytes} and {@link #maxEventBytes}. */
    public ChannelSettings withSegments(long bytes, int largestEventBytes) {
        return new ChannelSettings(
                name,
                policy,
                capacity,
                memoryCapacity,
                overflowCapacity,
                byteCapacity,
                transactionCapacity,
                keepAliveSeconds,
                sync,
                appender,
                dataFolders,
                checkpointFolder,
                bytes,
                largestEventBytes,
                reserveBytes,
                waitStrategy,
                spillAtPercent,
                returnAtPercent);
    }

    /** Slots of the ring: the channel's events in memory, as a power of two within the bounds. */
    public int ringSlots() {
        long events = policy == ChannelPolicy.DUAL ? Math.max(memoryCapacity, 1) : capacity;
        long bounded = Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, events));
        return Integer.highestOneBit((int) (bounded * 2 - 1));
    }

    /** Longest frame that the channel takes, both halves of the header included. */
    public int maxFrameLength() {
        int largest =
                FrameLayout.maxFrameLength(Math.max(maxEventBytes, FrameLayout.MAX_FRAME_BYTES), maxEventBytes / 2);
        if (policy == ChannelPolicy.MEMORY) {
            return largest;
        }
        return (int) Math.min(largest, (segmentBytes - SEGMENT_HEADER_BYTES) / 2);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new ConfigurationException(key + ": " + value + " (expected: " + expected + ")");
        }
    }
}

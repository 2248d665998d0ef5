package io.headrace.engine.channel;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.frame.FrameLayout;
import io.headrace.wal.CursorStart;
import io.headrace.wal.LogRetention;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The effective settings of a channel, whatever its type was called in a configuration. Programs start from {@link
 * #memory}, {@link #dual}, {@link #file} and {@link #discarding}.
 *
 * @param capacity MEMORY and FILE: events held at most
 * @param memoryCapacity DUAL: events in memory at which frames are refused until the journal spills
 * @param overflowCapacity DUAL: events in the log at most; 0 means that nothing is spilled
 * @param byteCapacity bytes that frames may pin in memory
 * @param transactionCapacity largest batch that a source or sink may be configured with, in events
 * @param keepAliveSeconds how long a thread that puts waits for room
 * @param sync when written groups are synced
 * @param appender how segments are written
 * @param dataFolders of the log; empty for MEMORY and DISCARD
 * @param checkpointFolder of the log, or null for the first data folder
 * @param segmentBytes size of a segment
 * @param maxEventBytes largest event, headers and body
 * @param frameBytes at which the sources of this channel close a frame
 * @param reserveBytes free space of the file system that is left alone
 * @param spillAtPercent DUAL: share of memory above which the journal writes
 * @param returnAtPercent DUAL: share of memory below which it stops
 * @param keeping what the log keeps beside what sinks have yet to take; cursors and retention where it always writes
 * @param groupBytes at which a group of frames is written to the log, 1 MiB at most
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
        int frameBytes,
        long reserveBytes,
        WaitStrategyKind waitStrategy,
        int spillAtPercent,
        int returnAtPercent,
        LogKeeping keeping,
        int groupBytes) {
    /** Fewest ring slots. */
    public static final int MIN_SLOTS = 4_096;

    /** Most ring slots. */
    public static final int MAX_SLOTS = 262_144;

    /** Smallest {@code frameBytes}. */
    public static final int MIN_FRAME_BYTES = 4_096;

    /** Default of {@code byteCapacity}. */
    public static final long DEFAULT_BYTE_CAPACITY = 64L * 1024 * 1024;

    /** Default of {@code spillAt}, in percent. */
    public static final int DEFAULT_SPILL_AT_PERCENT = 75;

    /** Default of {@code returnAt}, in percent. */
    public static final int DEFAULT_RETURN_AT_PERCENT = 25;

    /** Largest {@code groupBytes}, and its default. */
    public static final int MAX_GROUP_BYTES = 1024 * 1024;

    /** Pinned at most by frames that a reader of the log is ahead of those who take them. */
    public static final long READ_AHEAD_BYTES = 8L * 1024 * 1024;

    private static final long DEFAULT_SEGMENT_BYTES = 64L * 1024 * 1024;
    private static final int DEFAULT_TRANSACTION_CAPACITY = 10_000;
    private static final int DEFAULT_KEEP_ALIVE_SECONDS = 3;
    private static final int SEGMENT_HEADER_BYTES = 4_096;
    private static final int DUAL_SYNC_MILLIS = 100;

    public ChannelSettings {
        boolean logged = policy == ChannelPolicy.FILE || policy == ChannelPolicy.DUAL;
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
        require(!logged || !dataFolders.isEmpty(), "dataDirs", dataFolders, "at least one folder");
        require(
                !logged || segmentBytes >= 2L * maxEventBytes,
                "maxFileSize",
                segmentBytes,
                ">= twice maxEventBytes " + maxEventBytes);
        require(
                frameBytes >= MIN_FRAME_BYTES && frameBytes <= FrameLayout.MAX_FRAME_BYTES,
                "frameBytes",
                frameBytes,
                MIN_FRAME_BYTES + " to " + FrameLayout.MAX_FRAME_BYTES + " bytes");
        boolean always = policy == ChannelPolicy.FILE || policy == ChannelPolicy.DUAL && memoryCapacity == 0;
        require(
                always || keeping.cursors().isEmpty(),
                "cursors",
                keeping.cursors().stream().map(CursorStart::name).toList(),
                "none; only a file channel has every frame in its log");
        require(
                always || keeping.retention().equals(LogRetention.NONE),
                "retentionMillis, retentionBytes",
                keeping.retention(),
                "neither; only a file channel has every frame in its log");
        require(groupBytes > 0 && groupBytes <= MAX_GROUP_BYTES, "groupBytes", groupBytes, "1 to " + MAX_GROUP_BYTES);
        dataFolders = List.copyOf(dataFolders);
    }

    /** A memory channel of the defaults. */
    public static ChannelSettings memory(String name, long capacityEvents) {
        return new Draft(name, ChannelPolicy.MEMORY, capacityEvents).settings();
    }

    /** A channel that takes everything and keeps nothing. */
    public static ChannelSettings discarding(String name) {
        return new Draft(name, ChannelPolicy.DISCARD, MAX_SLOTS).settings();
    }

    /** A file channel of the defaults: acknowledges when durable. */
    public static ChannelSettings file(String name, long capacityEvents, Path folder) {
        Draft draft = new Draft(name, ChannelPolicy.FILE, capacityEvents);
        draft.sync = SyncMode.ALWAYS;
        draft.appender = Appender.defaultFor(SyncMode.ALWAYS);
        draft.dataFolders = List.of(folder);
        return draft.settings();
    }

    /** A dual channel of the defaults: syncs every 100 ms while it spills. */
    public static ChannelSettings dual(String name, long memoryEvents, long overflowEvents, Path folder) {
        Draft draft = new Draft(name, ChannelPolicy.DUAL, Math.max(1, memoryEvents + overflowEvents));
        draft.memoryCapacity = memoryEvents;
        draft.overflowCapacity = overflowEvents;
        draft.sync = SyncMode.every(DUAL_SYNC_MILLIS);
        draft.dataFolders = List.of(folder);
        return draft.settings();
    }

    /** The same with another {@link #byteCapacity}. */
    public ChannelSettings withByteCapacity(long bytes) {
        return with(draft -> draft.byteCapacity = bytes);
    }

    /** The same with another {@link #transactionCapacity}. */
    public ChannelSettings withTransactionCapacity(int events) {
        return with(draft -> draft.transactionCapacity = events);
    }

    /** The same with another {@link #keepAliveSeconds}. */
    public ChannelSettings withKeepAliveSeconds(int seconds) {
        return with(draft -> draft.keepAliveSeconds = seconds);
    }

    /** The same with another {@link #sync} and {@link #appender}. */
    public ChannelSettings withSync(SyncMode mode, Appender withAppender) {
        return with(draft -> {
            draft.sync = mode;
            draft.appender = withAppender;
        });
    }

    /** The same with other {@link #dataFolders} and another {@link #checkpointFolder}. */
    public ChannelSettings withFolders(List<Path> folders, Path checkpoints) {
        return with(draft -> {
            draft.dataFolders = folders;
            draft.checkpointFolder = checkpoints;
        });
    }

    /** The same with another {@link #segmentBytes} and {@link #maxEventBytes}. */
    public ChannelSettings withSegments(long bytes, int largestEventBytes) {
        return with(draft -> {
            draft.segmentBytes = bytes;
            draft.maxEventBytes = largestEventBytes;
        });
    }

    /** The same with another {@link #reserveBytes}. */
    public ChannelSettings withReserveBytes(long bytes) {
        return with(draft -> draft.reserveBytes = bytes);
    }

    /** The same with another {@link #maxEventBytes} and {@link #frameBytes}. */
    public ChannelSettings withFrames(int largestEventBytes, int largestFrameBytes) {
        return with(draft -> {
            draft.maxEventBytes = largestEventBytes;
            draft.frameBytes = largestFrameBytes;
        });
    }

    /** The same with another {@link #waitStrategy}. */
    public ChannelSettings withWaitStrategy(WaitStrategyKind kind) {
        return with(draft -> draft.waitStrategy = kind);
    }

    /** The same with another {@link #spillAtPercent} and {@link #returnAtPercent}. */
    public ChannelSettings withSpill(int atPercent, int backAtPercent) {
        return with(draft -> {
            draft.spillAtPercent = atPercent;
            draft.returnAtPercent = backAtPercent;
        });
    }

    /** The same with another {@link #keeping}. */
    public ChannelSettings withKeeping(LogKeeping kept) {
        return with(draft -> draft.keeping = kept);
    }

    /** The same with other {@link #groupBytes}. */
    public ChannelSettings withGroupBytes(int bytes) {
        return with(draft -> draft.groupBytes = bytes);
    }

    /** Whether the channel has a log. */
    public boolean hasLog() {
        return policy == ChannelPolicy.FILE || policy == ChannelPolicy.DUAL;
    }

    /** Whether every frame goes into the log before it counts. */
    public boolean alwaysWrites() {
        return policy == ChannelPolicy.FILE || policy == ChannelPolicy.DUAL && memoryCapacity == 0;
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
        if (!hasLog()) {
            return largest;
        }
        return (int) Math.min(largest, (segmentBytes - SEGMENT_HEADER_BYTES) / 2);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new ConfigurationException(key + ": " + value + " (expected: " + expected + ")");
        }
    }

    private ChannelSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** Settings while they are changed. */
    private static final class Draft {
        private final String name;
        private final ChannelPolicy policy;
        private final long capacity;
        private long memoryCapacity;
        private long overflowCapacity;
        private long byteCapacity = DEFAULT_BYTE_CAPACITY;
        private int transactionCapacity = DEFAULT_TRANSACTION_CAPACITY;
        private int keepAliveSeconds = DEFAULT_KEEP_ALIVE_SECONDS;
        private SyncMode sync = SyncMode.NEVER;
        private Appender appender = Appender.MAPPED;
        private List<Path> dataFolders = List.of();
        private Path checkpointFolder;
        private long segmentBytes = DEFAULT_SEGMENT_BYTES;
        private int maxEventBytes = FrameLayout.DEFAULT_MAX_EVENT_BYTES;
        private int frameBytes = FrameLayout.DEFAULT_FRAME_BYTES;
        private long reserveBytes;
        private WaitStrategyKind waitStrategy = WaitStrategyKind.ADAPTIVE;
        private int spillAtPercent = DEFAULT_SPILL_AT_PERCENT;
        private int returnAtPercent = DEFAULT_RETURN_AT_PERCENT;
        private LogKeeping keeping = LogKeeping.DEFAULT;
        private int groupBytes = MAX_GROUP_BYTES;

        Draft(String name, ChannelPolicy policy, long capacity) {
            this.name = name;
            this.policy = policy;
            this.capacity = capacity;
            this.memoryCapacity = capacity;
        }

        Draft(ChannelSettings from) {
            this(from.name, from.policy, from.capacity);
            memoryCapacity = from.memoryCapacity;
            overflowCapacity = from.overflowCapacity;
            byteCapacity = from.byteCapacity;
            transactionCapacity = from.transactionCapacity;
            keepAliveSeconds = from.keepAliveSeconds;
            sync = from.sync;
            appender = from.appender;
            dataFolders = from.dataFolders;
            checkpointFolder = from.checkpointFolder;
            segmentBytes = from.segmentBytes;
            maxEventBytes = from.maxEventBytes;
            frameBytes = from.frameBytes;
            reserveBytes = from.reserveBytes;
            waitStrategy = from.waitStrategy;
            spillAtPercent = from.spillAtPercent;
            returnAtPercent = from.returnAtPercent;
            keeping = from.keeping;
            groupBytes = from.groupBytes;
        }

        ChannelSettings settings() {
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
                    segmentBytes,
                    maxEventBytes,
                    frameBytes,
                    reserveBytes,
                    waitStrategy,
                    spillAtPercent,
                    returnAtPercent,
                    keeping,
                    groupBytes);
        }
    }
}

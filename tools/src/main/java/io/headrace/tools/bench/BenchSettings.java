package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.frame.FrameLayout;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a workload is to do, and with which settings of the product. Immutable; start from {@link #of} and change what is
 * to differ with {@link #with}. A value that cannot be is refused as {@code name: value (expected: ...)} by the name of its
 * option at the command line.
 *
 * @param kind what is measured
 * @param events that are measured at most, all producers together; 0 for as many as fit into {@code duration}
 * @param duration how long is measured at most; zero until {@code events} are done
 * @param warmUp how long the same is done before, not counted; zero for not at all
 * @param interval length of a {@link Window}
 * @param size bytes of an event's body
 * @param batch most events of a frame ({@code batchSize} of sources); a frame closes at {@code frameBytes}, too
 * @param producers threads that build frames and put them
 * @param inFlight frames of a producer that are put and not acknowledged at most; 0 for 4 MiB of them, 16 to 4,096
 * @param rate events a second, all producers together; 0 for as fast as it goes
 * @param policy of the channels ({@code type}): MEMORY, DUAL or FILE; LINK has channels in memory always
 * @param capacity of the channels in events; in memory for DUAL
 * @param byteCapacity of the channels
 * @param frameBytes at which a frame is closed
 * @param groupBytes at which a group of frames is written to the log
 * @param sync of logs; null for the default of the type: always for FILE and WAL, 100 ms for DUAL
 * @param appender of logs; null for the one that suits {@code sync}
 * @param waitStrategy of the channels' threads, and of the log's for WAL
 * @param window of the link: bytes sent and not acknowledged at most
 * @param connections of the link
 * @param folder in which a folder for logs is made, and removed at the end
 */
public record BenchSettings(
        WorkloadKind kind,
        long events,
        Duration duration,
        Duration warmUp,
        Duration interval,
        int size,
        int batch,
        int producers,
        int inFlight,
        long rate,
        ChannelPolicy policy,
        long capacity,
        long byteCapacity,
        int frameBytes,
        int groupBytes,
        SyncMode sync,
        Appender appender,
        WaitStrategyKind waitStrategy,
        long window,
        int connections,
        Path folder) {
    /** Of a producer with a rate, at least. */
    private static final int FRAMES_A_SECOND = 10;

    /** Smallest {@code size}: an event carries its number and a time. */
    public static final int MIN_SIZE = 16;

    /** Most {@code producers}. */
    public static final int MAX_PRODUCERS = 64;

    private static final int DUAL_SYNC_MILLIS = 100;
    private static final int MOST_IN_FLIGHT = 65_536;
    private static final int AUTO_IN_FLIGHT_BYTES = 4 << 20;
    private static final int AUTO_IN_FLIGHT_MIN = 16;
    private static final int AUTO_IN_FLIGHT_MAX = 4_096;
    private static final long SMALLEST_WINDOW = 64 * 1024;
    private static final Duration LONGEST = Duration.ofDays(7);

    public BenchSettings {
        require(events >= 0, "events", events, ">= 1");
        require(
                !duration.isNegative() && duration.compareTo(LONGEST) <= 0,
                "duration",
                duration.toMillis() + "ms",
                "1ms to 7d");
        require(events > 0 || !duration.isZero(), "duration", "0", "1ms to 7d where no events are given");
        require(!warmUp.isNegative() && warmUp.compareTo(LONGEST) <= 0, "warm-up", warmUp.toMillis() + "ms", "0 to 7d");
        require(interval.toMillis() >= 10, "interval", interval.toMillis() + "ms", ">= 10ms");
        require(
                size >= MIN_SIZE && size <= FrameLayout.DEFAULT_MAX_EVENT_BYTES,
                "size",
                size,
                MIN_SIZE + " to " + FrameLayout.DEFAULT_MAX_EVENT_BYTES + " bytes");
        require(batch >= 1, "batch", batch, ">= 1");
        require(producers >= 1 && producers <= MAX_PRODUCERS, "producers", producers, "1 to " + MAX_PRODUCERS);
        require(inFlight >= 0 && inFlight <= MOST_IN_FLIGHT, "in-flight", inFlight, "1 to " + MOST_IN_FLIGHT);
        require(rate >= 0, "rate", rate, ">= 1 event a second");
        require(policy != ChannelPolicy.DISCARD, "channel", "discard", "memory, dual or file");
        require(
                kind != WorkloadKind.LINK || policy == ChannelPolicy.MEMORY,
                "channel",
                policy,
                "memory for link; pipeline has the others");
        require(capacity >= 1, "capacity", capacity, ">= 1 event");
        require(byteCapacity >= 1, "byte-capacity", byteCapacity, ">= 1 byte");
        require(
                frameBytes >= ChannelSettings.MIN_FRAME_BYTES && frameBytes <= FrameLayout.MAX_FRAME_BYTES,
                "frame-bytes",
                frameBytes,
                ChannelSettings.MIN_FRAME_BYTES + " to " + FrameLayout.MAX_FRAME_BYTES);
        require(
                groupBytes >= 1 && groupBytes <= ChannelSettings.MAX_GROUP_BYTES,
                "group-bytes",
                groupBytes,
                "1 to " + ChannelSettings.MAX_GROUP_BYTES);
        require(window >= SMALLEST_WINDOW, "window", window, ">= " + SMALLEST_WINDOW + " bytes");
        require(connections >= 1 && connections <= 64, "connections", connections, "1 to 64");
    }

    /** The defaults of the product, for ten seconds, in the current folder. */
    public static BenchSettings of(WorkloadKind kind) {
        return new Draft(kind).settings();
    }

    /** The same with changes. */
    public BenchSettings with(Consumer<Draft> changes) {
        Draft draft = new Draft(this);
        changes.accept(draft);
        return draft.settings();
    }

    /** The sync mode in use. */
    public SyncMode syncMode() {
        if (sync != null) {
            return sync;
        }
        return kind != WorkloadKind.WAL && policy == ChannelPolicy.DUAL
                ? SyncMode.every(DUAL_SYNC_MILLIS)
                : SyncMode.ALWAYS;
    }

    /** The appender that is asked for; a file system may not bear it. */
    public Appender appenderMode() {
        return appender == null ? Appender.defaultFor(syncMode()) : appender;
    }

    /** Whether there is a log. */
    public boolean hasLog() {
        return kind == WorkloadKind.WAL || policy != ChannelPolicy.MEMORY;
    }

    /** Whether figures say something about the disk below {@link #folder}. */
    public boolean measuresDisk() {
        return hasLog() && syncMode().kind() != SyncMode.Kind.NEVER;
    }

    /**
     * Events that a frame will have: as many as {@code batch} says, or as fit into {@code frameBytes}; with a rate not
     * more than are due to a producer in 100 ms, as a source does not wait long for a full batch.
     */
    public int frameEvents() {
        return (int) Math.max(1, Math.min(mostEvents(), dueInFrame()));
    }

    /** Whether it is for the rate that frames are not larger. */
    public boolean isFrameHeldByRate() {
        return dueInFrame() < mostEvents();
    }

    private int mostEvents() {
        int room = frameBytes - FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        return Math.max(1, Math.min(batch, room / (size + FrameLayout.EVENT_PREFIX_LENGTH)));
    }

    private long dueInFrame() {
        return rate == 0 ? Long.MAX_VALUE : rate / producers / FRAMES_A_SECOND;
    }

    /** Frames of a producer that may be on their way. */
    public int inFlightFrames() {
        if (inFlight > 0) {
            return inFlight;
        }
        long frame = (long) frameEvents() * (size + FrameLayout.EVENT_PREFIX_LENGTH);
        return (int) Math.max(AUTO_IN_FLIGHT_MIN, Math.min(AUTO_IN_FLIGHT_MAX, AUTO_IN_FLIGHT_BYTES / frame));
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** Settings while they are changed; each method is named for what it changes. Owned by one thread. */
    public static final class Draft {
        private final WorkloadKind kind;
        private long events;
        private Duration duration = Duration.ofSeconds(10);
        private Duration warmUp = Duration.ofSeconds(2);
        private Duration interval = Duration.ofSeconds(1);
        private int size = 200;
        private int batch = 1_000;
        private int producers = 1;
        private int inFlight;
        private long rate;
        private ChannelPolicy policy;
        private long capacity = 1_000_000;
        private long byteCapacity = ChannelSettings.DEFAULT_BYTE_CAPACITY;
        private int frameBytes = FrameLayout.DEFAULT_FRAME_BYTES;
        private int groupBytes = ChannelSettings.MAX_GROUP_BYTES;
        private SyncMode sync;
        private Appender appender;
        private WaitStrategyKind waitStrategy = WaitStrategyKind.ADAPTIVE;
        private long window = 32L << 20;
        private int connections = 1;
        private Path folder = Path.of("");

        private Draft(WorkloadKind kind) {
            this.kind = kind;
            this.policy = kind == WorkloadKind.LINK ? ChannelPolicy.MEMORY : ChannelPolicy.FILE;
        }

        private Draft(BenchSettings from) {
            kind = from.kind;
            events = from.events;
            duration = from.duration;
            warmUp = from.warmUp;
            interval = from.interval;
            size = from.size;
            batch = from.batch;
            producers = from.producers;
            inFlight = from.inFlight;
            rate = from.rate;
            policy = from.policy;
            capacity = from.capacity;
            byteCapacity = from.byteCapacity;
            frameBytes = from.frameBytes;
            groupBytes = from.groupBytes;
            sync = from.sync;
            appender = from.appender;
            waitStrategy = from.waitStrategy;
            window = from.window;
            connections = from.connections;
            folder = from.folder;
        }

        public Draft events(long value) {
            events = value;
            return this;
        }

        public Draft duration(Duration value) {
            duration = value;
            return this;
        }

        public Draft warmUp(Duration value) {
            warmUp = value;
            return this;
        }

        public Draft interval(Duration value) {
            interval = value;
            return this;
        }

        public Draft size(int value) {
            size = value;
            return this;
        }

        public Draft batch(int value) {
            batch = value;
            return this;
        }

        public Draft producers(int value) {
            producers = value;
            return this;
        }

        public Draft inFlight(int value) {
            inFlight = value;
            return this;
        }

        public Draft rate(long value) {
            rate = value;
            return this;
        }

        public Draft policy(ChannelPolicy value) {
            policy = value;
            return this;
        }

        public Draft capacity(long value) {
            capacity = value;
            return this;
        }

        public Draft byteCapacity(long value) {
            byteCapacity = value;
            return this;
        }

        public Draft frameBytes(int value) {
            frameBytes = value;
            return this;
        }

        public Draft groupBytes(int value) {
            groupBytes = value;
            return this;
        }

        public Draft sync(SyncMode value) {
            sync = value;
            return this;
        }

        public Draft appender(Appender value) {
            appender = value;
            return this;
        }

        public Draft waitStrategy(WaitStrategyKind value) {
            waitStrategy = value;
            return this;
        }

        public Draft window(long value) {
            window = value;
            return this;
        }

        public Draft connections(int value) {
            connections = value;
            return this;
        }

        public Draft folder(Path value) {
            folder = value;
            return this;
        }

        private BenchSettings settings() {
            return new BenchSettings(
                    kind,
                    events,
                    duration,
                    warmUp,
                    interval,
                    size,
                    batch,
                    producers,
                    inFlight,
                    rate,
                    policy,
                    capacity,
                    byteCapacity,
                    frameBytes,
                    groupBytes,
                    sync,
                    appender,
                    waitStrategy,
                    window,
                    connections,
                    folder);
        }
    }
}

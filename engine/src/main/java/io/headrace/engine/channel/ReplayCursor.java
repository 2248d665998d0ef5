package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.CursorState;
import io.headrace.wal.LogReader;
import io.headrace.wal.SequenceWindow;
import io.headrace.wal.StreamId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cursor beside the sinks': its sinks read everything from the log, from its own place on, with leases, rollbacks and
 * tokens as elsewhere. It holds no memory of the channel but what its reader and leases pin, and what it does counts in no
 * ledger. When its part of the log cannot be read, it fails alone.
 *
 * <p>{@link CursorState} is the journal thread's; what others ask is published from there.
 */
final class ReplayCursor implements TakeOwner {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayCursor.class);

    private final DualChannel channel;
    private final CursorState state;
    private final TakeSide take;
    /** None is ever taken out, so that whoever looks often needs no iterator. */
    private final List<ConsumerImpl> consumers = new CopyOnWriteArrayList<>();

    private final Map<String, byte[]> recoveredTokens;
    private volatile DutyRunner.Running reader;
    private boolean gone;

    private volatile Throwable failure;
    private volatile long lowWater;
    private volatile long checkpointedLowWater;
    private volatile long deliveredEvents;
    private volatile long lastCreatedMicros;

    /** @param clean whether the log was closed in order, so that nothing was under way */
    ReplayCursor(DualChannel channel, CursorState state, long lastSequence, boolean clean) {
        this.channel = channel;
        this.state = state;
        this.lowWater = state.committed().floor();
        this.checkpointedLowWater = lowWater;
        this.recoveredTokens = Map.copyOf(state.tokens());
        this.take =
                new TakeSide(channel, this, null, null, new RecoveredLog(copy(state.committed()), lastSequence, clean));
    }

    static SequenceWindow copy(SequenceWindow window) {
        SequenceWindow copy = new SequenceWindow(window.floor());
        for (long sequence = window.floor() + 1; sequence <= window.highest(); sequence++) {
            if (window.isMarked(sequence)) {
                copy.mark(sequence);
            }
        }
        return copy;
    }

    String name() {
        return state.name();
    }

    StreamId streamId() {
        return state.streamId();
    }

    TakeSide takeSide() {
        return take;
    }

    List<ConsumerImpl> consumers() {
        return consumers;
    }

    /** The consumer of a sink; null when the cursor has expired. */
    synchronized ConsumerImpl consumer(String sinkName) {
        if (gone) {
            return null;
        }
        for (ConsumerImpl consumer : consumers) {
            if (consumer.name().equals(sinkName)) {
                return consumer;
            }
        }
        ConsumerImpl added = new ConsumerImpl(channel, this, sinkName, consumers.size(), recoveredTokens.get(sinkName));
        consumers.add(added);
        wakeReader();
        return added;
    }

    void start(LogReader logReader) {
        reader = channel.environment()
                .runner()
                .start(new LogReading(
                        "channel-" + channel.name() + "-cursor-" + name(), channel, this, take, logReader));
    }

    void stopReader() {
        if (reader != null) {
            reader.stop();
        }
    }

    void seal() {
        take.seal(consumers);
    }

    void releaseAll() {
        take.releaseAll(0);
    }

    // ---- the journal

    void committed(LeaseRoom lease) {
        for (int i = 0; i < lease.size(); i++) {
            state.commit(lease.sequence(i));
        }
        deliveredEvents += lease.events();
    }

    void tokenSaved(String sink, byte[] token) {
        state.tokens().put(sink, token);
    }

    CursorState state() {
        return state;
    }

    void publishLowWater() {
        long floor = state.committed().floor();
        if (floor > lowWater) {
            lowWater = floor;
        }
    }

    void checkpointed() {
        checkpointedLowWater = state.committed().floor();
    }

    /**
     * Notes that it is in use, or finds that it has not been for too long. A clock that went back starts the time anew.
     *
     * @return whether it has expired: no sink will get on it any more
     */
    synchronized boolean touch(long nowMillis, long expiryMillis) {
        if (!consumers.isEmpty() || state.lastUsedMillis() > nowMillis) {
            state.lastUsedMillis(nowMillis);
        }
        gone = nowMillis - state.lastUsedMillis() >= expiryMillis;
        return gone;
    }

    // ---- metrics; any thread

    long backlogFrames() {
        return Math.max(0, channel.acknowledged() - lowWater);
    }

    long deliveredEvents() {
        return deliveredEvents;
    }

    long redeliveredEvents() {
        return take.redeliveredEvents();
    }

    /** Since the creation of the frame that was leased last; 0 when there is nothing left, -1 when none was leased yet. */
    long ageMillis() {
        if (backlogFrames() == 0) {
            return 0;
        }
        long created = lastCreatedMicros;
        return created == 0
                ? -1
                : Math.max(0, channel.environment().epochClock().time() - created / 1_000);
    }

    boolean isFailed() {
        return failure != null;
    }

    // ---- for consumers

    /** @throws IllegalStateException when its part of the log cannot be read */
    void checkUsable() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("cursor " + name() + ": " + cause.getMessage(), cause);
        }
    }

    long floorFor(ConsumerImpl asking) {
        long floor = lowWater;
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer != asking && consumer.goesBack()) {
                return checkpointedLowWater;
            }
        }
        return floor;
    }

    // ---- for the take side

    @Override
    public long lowWater() {
        return lowWater;
    }

    @Override
    public boolean serves(ConsumerImpl consumer) {
        return true;
    }

    @Override
    public boolean isUsed() {
        return !consumers.isEmpty();
    }

    @Override
    public boolean leavesInFile() {
        return consumers.stream().allMatch(ConsumerImpl::leavesInFile);
    }

    @Override
    public void leased(ConsumerImpl consumer, int events) {
        // The channel counts what its own cursor leases.
    }

    @Override
    public void leasing(Frame frame) {
        lastCreatedMicros = frame.createdMicros();
    }

    @Override
    public void holePassed(long from, long to) {
        channel.enqueue(channelState -> channelState.holePassed(this, from, to));
    }

    @Override
    public void controlsPassed(long[] sequences) {
        channel.enqueue(channelState -> channelState.controlsPassed(this, sequences));
    }

    @Override
    public long committed(LeaseRoom lease, byte[] token) {
        return channel.handOver(lease, token);
    }

    @Override
    public void released(Lease lease, long memoryEvents, long memoryBytes) {
        // Nothing of the channel's own memory was taken.
    }

    @Override
    public void wakeConsumers() {
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer.armed) {
                if (take.mayLease(consumer)) {
                    consumer.wakeIfArmed();
                } else if (take.waitsForReader(consumer)) {
                    wakeReader();
                }
            }
        }
    }

    void wakeAllConsumers() {
        consumers.forEach(ConsumerImpl::wakeIfArmed);
    }

    @Override
    public void wakeReader() {
        DutyRunner.Running running = reader;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public void readingFailed(Throwable cause) {
        if (failure == null) {
            failure = cause;
            LOG.error(
                    "channel {}: cursor {} cannot go on behind sequence {}, the channel and its other cursors do: {}",
                    channel.name(),
                    name(),
                    lowWater,
                    cause.getMessage(),
                    cause);
            wakeAllConsumers();
        }
    }
}

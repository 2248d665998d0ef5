package io.headrace.engine.channel;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.wal.CursorStart;
import io.headrace.wal.LogState;
import io.headrace.wal.RecoveryReport;
import io.headrace.wal.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * A multi-producer ring as the memory channel and a journal that may write to the log: one implementation, four
 * policies. See {@code engine/CHANNEL.md}.
 *
 * <p>Holds the parts together: producers come in by {@link Admission} and {@link Publication}, sinks take from {@link
 * SinksCursor} and {@link ReplayCursor}, the {@link Journal} moves the {@link Milestones}, {@link ChannelLife} starts and
 * ends them. Safe for any thread, but for what says otherwise.
 */
final class DualChannel implements ManagedChannel {
    private static final int COMMAND_CHUNK = 1_024;

    /** Frames that are on disk leave memory above half of it; this is well below. */
    private static final int CROWDED_PERCENT = 37;

    /** Sinks that committed within this time are at work; on a busy disk a sync takes some hundred milliseconds. */
    private static final long AT_WORK_NANOS = 500_000_000;

    private final ChannelSettings settings;
    private final ChannelEnvironment environment;
    private final ChannelMetrics metrics;
    private final ChannelLog log;
    private final StreamId streamId;
    private final Admission admission;
    private final RoomWaiters waiters = new RoomWaiters();
    private final Publication publication;
    private final Milestones milestones;
    private final LedgerBook book = new LedgerBook();
    private final Queue<JournalCommand> commands = new MpscUnboundedAtomicArrayQueue<>(COMMAND_CHUNK);
    private final SinksCursor sinks;
    private final List<ReplayCursor> cursors = new CopyOnWriteArrayList<>();
    private final ChannelInputs inputs;
    private final SeenOrigins seenOrigins;
    private final ChannelLife life;
    private final AtomicLong tokenVersions = new AtomicLong();
    private final long redeliveredBefore;

    private volatile boolean wantsOrigins;

    /** @param log null for a channel without one */
    DualChannel(ChannelSettings settings, ChannelEnvironment environment, ChannelLog log) {
        this.settings = settings;
        this.environment = environment;
        this.log = log;
        this.metrics = new ChannelMetrics(environment.metrics());
        this.admission = new Admission(settings, settings.ringSlots());
        LogState state = log == null ? new LogState(0, 1) : log.state();
        long base = log == null ? 1 : log.nextSequence();
        this.publication = new Publication(this, settings.ringSlots(), base);
        this.streamId = log == null
                ? new StreamId(
                        environment.random().getAsLong(), environment.random().getAsLong())
                : log.streamId();
        this.redeliveredBefore = state.redelivered();
        this.seenOrigins = new SeenOrigins(state.origins().copy());
        // What a log holds is acknowledged and safe; sequences from there to the base were never used.
        this.milestones = new Milestones(
                base - 1, state.committed().floor(), environment.nanoClock().nanoTime() - AT_WORK_NANOS);
        this.sinks = new SinksCursor(this, log, state.tokens());
        this.inputs = new ChannelInputs(state, base - 1);
        state.cursors().values().forEach(cursor -> cursors.add(log.cursor(this, cursor)));
        Journal journal = new Journal(this, state, log == null ? null : log.writer(this));
        if (log != null) {
            log.attach(this, journal);
            admission.recovered(journal.recoveredEvents());
        }
        this.life = new ChannelLife(this, log, journal);
        new ChannelGauges(this).register(log, seenOrigins);
    }

    // ---- life

    @Override
    public ChannelSettings settings() {
        return settings;
    }

    @Override
    public RecoveryReport recovery() {
        return log == null ? null : log.recovery();
    }

    @Override
    public ChannelGuarantee guarantee() {
        return ChannelGuarantee.of(settings, log == null ? null : log.appender());
    }

    @Override
    public String waitingFor() {
        String waits = log != null && admission.isLogBlocked() ? log.waitingFor() : null;
        if (waits != null) {
            for (ReplayCursor cursor : cursors) {
                if (cursor.lowWater() < lowWater()) {
                    waits += "; cursor " + cursor.name() + " holds the log from sequence " + (cursor.lowWater() + 1)
                            + " on, the sinks from " + (lowWater() + 1) + " on";
                }
            }
        }
        return waits;
    }

    @Override
    public boolean hasUnacknowledged() {
        return acknowledged() < lastPublished();
    }

    @Override
    public List<String> cursorNotes() {
        return log == null ? List.of() : log.cursorNotes();
    }

    @Override
    public void start() {
        life.start();
    }

    @Override
    public long stop(long drainMillis) {
        return life.stop(drainMillis);
    }

    @Override
    public void close() {
        life.close();
    }

    /** Takes the channel out of service; the first cause stays. Any of the channel's threads. */
    void fail(Throwable cause) {
        life.fail(cause);
    }

    // ---- the contract

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public StreamId streamId() {
        return streamId;
    }

    @Override
    public long acknowledged() {
        return milestones.acknowledged();
    }

    @Override
    public long safe() {
        return milestones.safe();
    }

    @Override
    public long lowWater() {
        return milestones.lowWater();
    }

    @Override
    public long size() {
        return admission.heldEvents();
    }

    @Override
    public boolean isDurable() {
        return settings.alwaysWrites();
    }

    @Override
    public Throwable failure() {
        return life.failure();
    }

    @Override
    public ChannelConsumer consumer(String sinkName) {
        return sinks.consumer(sinkName);
    }

    @Override
    public ChannelConsumer consumer(String sinkName, String cursor) {
        if (cursor.equals(CursorStart.SINKS)) {
            return consumer(sinkName);
        }
        List<String> names = new ArrayList<>(List.of(CursorStart.SINKS));
        for (ReplayCursor replay : cursors) {
            ChannelConsumer found = replay.name().equals(cursor) ? replay.consumer(sinkName) : null;
            if (found != null) {
                return found;
            }
            names.add(replay.name());
        }
        throw new ConfigurationException(
                "cursor: " + cursor + " (expected: one of channel " + name() + ": " + String.join(", ", names) + ")");
    }

    @Override
    public Ledger ledger() {
        return book.read(redeliveredEvents());
    }

    // ---- for the processor

    boolean isAccepting() {
        return life.isAccepting();
    }

    /** Reserves, or says what is short; the caller looks at {@link #isAccepting()} after it succeeded. */
    FullReason tryReserve(int frames, long events, long bytes) {
        return tryReserve(frames, events, bytes, false);
    }

    /** As above; {@code woken} for a thread that waited for this channel and is woken. */
    FullReason tryReserve(int frames, long events, long bytes, boolean woken) {
        if (!woken && !waiters.mayPass(admission)) {
            return admission.shortage();
        }
        FullReason reason = admission.tryReserve(frames, events, bytes);
        if (reason != null) {
            metrics.full(reason);
            // The journal may have to spill, or to raise the ceiling, before there is room.
            wakeJournal();
        }
        return reason;
    }

    void cancel(int frames, long events, long bytes) {
        admission.cancel(frames, events, bytes);
        wakeJournal();
    }

    void advanceFloor(ChannelInput input, long floor) {
        if (!life.isAccepting()) {
            // Sources go on without an optional channel that is closed; nobody would ever take this from the queue.
            return;
        }
        input.floorRequested = floor;
        enqueue(state -> state.floorAdvanced(input));
    }

    /** A source drops what came before over another stream; frames are known by their origin from now on. */
    SeenOrigins wantOrigins(int window) {
        int pairs = seenOrigins.want(window);
        wantsOrigins = true;
        enqueue(state -> state.originsWanted(pairs));
        return seenOrigins;
    }

    boolean wantsOrigins() {
        return wantsOrigins;
    }

    /**
     * Leaves a frame out that came before over another stream and has a sequence here. A checkpoint calls its place in its
     * own stream kept when the first copy is, and not before.
     */
    void duplicate(ChannelInput input, long position, long sequence) {
        input.passed(position);
        if (sequence > safe()) {
            input.duplicateOf(position, sequence);
        }
        enqueue(state -> state.duplicate(input, position, sequence));
    }

    /** Events leased again, counted from the log's creation. */
    long redeliveredEvents() {
        return redeliveredBefore + sinks.takeSide().redeliveredEvents();
    }

    RoomWaiters waiters() {
        return waiters;
    }

    // ---- for the parts

    ChannelLife life() {
        return life;
    }

    Admission admission() {
        return admission;
    }

    Publication publication() {
        return publication;
    }

    Milestones milestones() {
        return milestones;
    }

    ChannelInputs inputs() {
        return inputs;
    }

    SinksCursor sinks() {
        return sinks;
    }

    /** Frames in the log up to here survive a power cut; 0 without a log. Any thread. */
    long durable() {
        return log == null ? 0 : log.durable();
    }

    TakeSide takeSide() {
        return sinks.takeSide();
    }

    ChannelMetrics metrics() {
        return metrics;
    }

    LedgerBook book() {
        return book;
    }

    Queue<JournalCommand> commands() {
        return commands;
    }

    ChannelEnvironment environment() {
        return environment;
    }

    List<ReplayCursor> cursors() {
        return cursors;
    }

    boolean hasLog() {
        return log != null;
    }

    /** The highest sequence that any frame got; once producers are shut out, it stays. */
    long lastPublished() {
        return publication.last();
    }

    /**
     * Whether memory nears the share above which frames leave it for the log although sinks are at work; any thread. Sinks
     * that stand still don't keep anybody waiting: then the log is what is wanted.
     */
    boolean isCrowded() {
        return settings.alwaysWrites()
                && admission.isAbove(CROWDED_PERCENT)
                && environment.nanoClock().nanoTime() - milestones.lowWaterNanos() < AT_WORK_NANOS;
    }

    void enqueue(JournalCommand command) {
        commands.add(command);
        wakeJournal();
    }

    /** Hands a commit to the journal, under a take side's lock; returns the token's version. */
    long handOver(LeaseRoom lease, byte[] token) {
        if (token != null) {
            lease.token = token;
            lease.consumer.committed(token);
            lease.tokenVersion = tokenVersions.incrementAndGet();
        }
        // Whoever gets it may be done with it at once.
        long version = lease.tokenVersion;
        commands.add(lease);
        return version;
    }

    long saveToken(ConsumerImpl consumer, byte[] token) {
        long version = tokenVersions.incrementAndGet();
        enqueue(state -> state.tokenSaved(consumer, token, version));
        return version;
    }

    void wakeJournal() {
        life.wakeJournal();
    }

    /** A lease freed ring slots: the journal wakes those who wait for them. */
    void slotsFreed() {
        if (!waiters.isEmpty()) {
            wakeJournal();
        }
    }
}

package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.wal.InputState;
import io.headrace.wal.LogState;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * The duty cycle of a channel: applies what sinks committed, takes what producers published, moves the milestones, keeps
 * the ledger and the positions of inputs, and tells those who wait, each once a round. {@link LogWriter} does what
 * concerns the log, where there is one.
 */
final class Journal implements DutyCycle {
    /** The reason under which a channel that keeps nothing drops. */
    static final String DISCARDED = "null";

    private static final int MAX_FRAMES = 1_024;
    private static final int MAX_COMMANDS = 4_096;

    private final DualChannel channel;
    private final RingBuffer<Slot> ring;
    private final Sequence journalGate;
    private final long base;
    private final Milestones milestones;
    private final TakeSide take;
    private final Admission admission;
    private final RoomWaiters waiters;
    private final ChannelMetrics metrics;
    private final LedgerBook book;
    private final Queue<JournalCommand> commands;
    private final NanoClock nanoClock;
    private final EpochClock epochClock;
    private final LogWriter log;

    private final LogState state;
    private final PublishedFrames published = new PublishedFrames();
    private final KeptOrigins origins;
    private final Expiry expiry;
    private final List<ChannelInput> dirtyInputs = new ArrayList<>();
    /** Only this thread takes any out. */
    private final List<ReplayCursor> cursors;

    // Made once: each round needs them.
    private final PublishedFrames.Passed onAcknowledged = this::onAcknowledged;
    private final PublishedFrames.Passed onSafe = this::onSafe;
    private final PublishedFrames.Passed onKept = this::onKept;
    private long drained;
    private long acknowledged;
    private long safe;
    private long kept;
    private long checkpointed;
    private long accepted;
    private long delivered;
    private long held;
    private long nowNanos;
    private long nowMillis;
    private boolean changed;
    private boolean ledgerChanged = true;
    private boolean ended;

    Journal(DualChannel channel, LogState state, LogWriter log) {
        this.channel = channel;
        this.ring = channel.publication().ring();
        this.journalGate = channel.publication().journalGate();
        this.base = channel.publication().base();
        this.milestones = channel.milestones();
        this.take = channel.takeSide();
        this.admission = channel.admission();
        this.waiters = channel.waiters();
        this.metrics = channel.metrics();
        this.book = channel.book();
        this.commands = channel.commands();
        this.cursors = channel.cursors();
        this.nanoClock = channel.environment().nanoClock();
        this.epochClock = channel.environment().epochClock();
        this.log = log;
        this.state = state;
        this.origins = new KeptOrigins(state.origins());
        this.expiry = new Expiry(channel, state);
        this.drained = base - 1;
        this.acknowledged = drained;
        this.safe = drained;
        this.kept = drained;
        this.accepted = state.accepted();
        this.delivered = state.delivered();
        long dropped =
                state.dropped().values().stream().mapToLong(Long::longValue).sum();
        this.held = accepted - delivered - dropped;
        book.dropped(state.dropped());
        publishLedger();
    }

    @Override
    public String roleName() {
        return "channel-" + channel.name() + "-journal";
    }

    @Override
    public int doWork() {
        if (ended || channel.failure() != null) {
            return 0;
        }
        try {
            return round();
        } catch (Exception e) {
            channel.fail(e);
            return 0;
        } catch (Error e) {
            channel.fail(e);
            throw e;
        }
    }

    @Override
    public void onClose() {
        channel.life().onJournalClose();
    }

    @Override
    public long nanosUntilDue() {
        if (ended || channel.failure() != null) {
            return Long.MAX_VALUE;
        }
        long now = nanoClock.nanoTime();
        long due = Math.min(waiters.nanosUntilDue(now), expiry.nanosUntilDue(now));
        return log == null ? due : Math.min(due, log.nanosUntilDue(now));
    }

    private int round() throws Exception {
        nowNanos = nanoClock.nanoTime();
        nowMillis = epochClock.time();
        int work = applyCommands();
        work += log == null ? drainToMemory() : log.round(nowNanos);
        changed |= expiry.expireIfDue(nowNanos, nowMillis);
        moveMilestones();
        take.passControls();
        work += discard();
        if (ledgerChanged) {
            publishLedger();
        }
        // What has just become durable goes on before a checkpoint, which takes as long as another sync.
        tell();
        if (log != null) {
            work += log.checkpointIfDue(nanoClock.nanoTime());
        }
        return work + waiters.wake(admission, nowNanos);
    }

    private int applyCommands() {
        int count = 0;
        JournalCommand command = commands.poll();
        while (command != null) {
            command.applyTo(this);
            if (++count == MAX_COMMANDS) {
                break;
            }
            command = commands.poll();
        }
        return count;
    }

    private int drainToMemory() {
        int count = 0;
        while (count < MAX_FRAMES && isPublished(drained + 1)) {
            take(drained + 1);
            count++;
        }
        if (count > 0) {
            releaseToTakers();
            acknowledged = drained;
        }
        return count;
    }

    /** Where nothing is kept: what is acknowledged is dropped. */
    private int discard() {
        if (channel.sinks().discarder() == null) {
            return 0;
        }
        int frames = 0;
        Lease lease = channel.sinks().discarder().tryLease(Integer.MAX_VALUE, Long.MAX_VALUE);
        while (lease != null) {
            frames += lease.size();
            lease.commit();
            lease = channel.sinks().discarder().tryLease(Integer.MAX_VALUE, Long.MAX_VALUE, lease);
        }
        return frames;
    }

    // ---- for the log writer, on this thread

    boolean isPublished(long sequence) {
        return ring.isAvailable(sequence - base);
    }

    Slot slot(long sequence) {
        return ring.get(sequence - base);
    }

    long drained() {
        return drained;
    }

    LogState state() {
        return state;
    }

    /** Enters the next published frame into the books. */
    void take(long sequence) {
        Slot slot = slot(sequence);
        drained = sequence;
        if (slot.control && slot.input.state == null) {
            inputOpened(slot.input);
        }
        slot.input.lastSequence = sequence;
        if (slot.input.byOrigin && !slot.control && log != null) {
            origins.taken(sequence, slot.frame);
        }
        published.add(sequence, slot.input, slot.position, slot.events, slot.publishedNanos);
        accepted += slot.events;
        held += slot.events;
        ledgerChanged = true;
    }

    /** Lets the take side free the slots of what was drained. Before {@code acknowledged} moves over them. */
    void releaseToTakers() {
        journalGate.set(drained - base);
    }

    void acknowledge(long sequence) {
        acknowledged = Math.max(acknowledged, sequence);
    }

    long acknowledged() {
        return acknowledged;
    }

    /** What checkpoints hold beside what the journal keeps in the state anyway. */
    void completeState() {
        state.redelivered(channel.redeliveredEvents());
    }

    private void inputOpened(ChannelInput input) {
        input.state = new InputState(input.number, input.key, input.floorRequested, nowMillis);
        state.inputs().put(input.number, input.state);
        state.nextInputNumber(Math.max(state.nextInputNumber(), input.number + 1));
        changed = true;
    }

    // ---- milestones

    /** Moves them as far as the state and the log are now. */
    void moveMilestones() {
        if (acknowledged > milestones.acknowledged()) {
            milestones.acknowledged(acknowledged);
            published.acknowledgeUpTo(acknowledged, onAcknowledged);
        }
        long lowWater = state.committed().floor();
        if (lowWater > milestones.lowWater()) {
            milestones.lowWater(lowWater, nowNanos);
        }
        for (int i = 0; i < cursors.size(); i++) {
            cursors.get(i).publishLowWater();
        }
        safe = Math.max(safe, safeNow());
        if (safe > milestones.safe()) {
            milestones.safe(safe);
            published.safeUpTo(safe, onSafe);
        }
        long durable = log == null ? 0 : log.durable();
        kept = contiguous(Math.max(kept, Math.max(lowWater, durable)));
        if (published.keepUpTo(kept, onKept) > 0) {
            changed = true;
        }
        changed |= origins.keepUpTo(kept, nowMillis);
        if (changed && log != null) {
            log.stateChanged(nowNanos);
        }
        changed = false;
    }

    /**
     * Acknowledged on disk, or committed. A commit with a token is worth nothing before a checkpoint holds it: after a
     * kill the sink cuts its output to the older token.
     */
    private long safeNow() {
        if (log == null) {
            return contiguous(Math.max(safe, state.committed().floor()));
        }
        if (!state.tokens().isEmpty()) {
            return Math.max(checkpointed, log.acknowledgedOnDisk());
        }
        return contiguous(Math.max(safe, Math.max(state.committed().floor(), log.acknowledgedOnDisk())));
    }

    /** A checkpoint holds the state as it is now. */
    void checkpointed() {
        cursors.forEach(ReplayCursor::checkpointed);
        checkpointed = contiguous(Math.max(state.committed().floor(), log.acknowledgedOnDisk()));
    }

    /** Goes on over what is committed out of order. */
    private long contiguous(long from) {
        long sequence = from;
        while (sequence < drained && state.committed().isMarked(sequence + 1)) {
            sequence++;
        }
        return sequence;
    }

    private void onAcknowledged(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        metrics.ack.recordMicros((nowNanos - publishedNanos) / 1_000);
        markDirty(input);
    }

    private void onSafe(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        markDirty(input);
    }

    private void onKept(long sequence, ChannelInput input, long position, int events, long publishedNanos) {
        if (input.state != null) {
            input.state.keep(position, nowMillis);
            input.keptPosition = input.state.position();
        }
        if (!state.committed().isMarked(sequence)) {
            state.accepted(state.accepted() + events);
        }
    }

    private void markDirty(ChannelInput input) {
        if (!input.dirty) {
            input.dirty = true;
            dirtyInputs.add(input);
        }
    }

    private void tell() {
        for (int i = 0; i < dirtyInputs.size(); i++) {
            ChannelInput input = dirtyInputs.get(i);
            input.dirty = false;
            input.tell();
        }
        dirtyInputs.clear();
        channel.sinks().wakeConsumers();
        for (int i = 0; i < cursors.size(); i++) {
            cursors.get(i).wakeConsumers();
        }
    }

    // ---- commands

    void committed(LeaseRoom lease) {
        ReplayCursor cursor = lease.consumer.cursor();
        if (cursor != null) {
            cursor.committed(lease);
            if (lease.token != null) {
                tokenSaved(lease.consumer, lease.token, lease.tokenVersion);
            }
            changed = true;
            return;
        }
        for (int i = 0; i < lease.size(); i++) {
            state.commit(lease.sequence(i));
            if (lease.sequence(i) > kept) {
                // Committed before it is durable: counted now, and not again when the milestone passes it.
                state.accepted(state.accepted() + lease.events(i));
            }
            if (lease.publishedNanos(i) != 0) {
                metrics.residence.recordMicros((nowNanos - lease.publishedNanos(i)) / 1_000);
            }
        }
        if (lease.token != null) {
            tokenSaved(lease.consumer, lease.token, lease.tokenVersion);
        }
        if (lease.consumer == channel.sinks().discarder()) {
            state.dropped().merge(DISCARDED, (long) lease.events(), Long::sum);
            book.dropped(state.dropped());
        } else {
            delivered += lease.events();
            state.delivered(delivered);
        }
        held -= lease.events();
        ledgerChanged = true;
        changed = true;
    }

    void controlsPassed(long[] sequences) {
        for (long sequence : sequences) {
            state.commit(sequence);
        }
        changed = true;
    }

    void holePassed(long from, long to) {
        state.addHole(from, to);
        changed = true;
    }

    void controlsPassed(ReplayCursor cursor, long[] sequences) {
        for (long sequence : sequences) {
            cursor.state().commit(sequence);
        }
        changed = true;
    }

    void holePassed(ReplayCursor cursor, long from, long to) {
        cursor.state().addHole(from, to);
        changed = true;
    }

    void tokenSaved(ConsumerImpl consumer, byte[] token, long version) {
        if (log != null) {
            ReplayCursor cursor = consumer.cursor();
            if (cursor == null) {
                state.tokens().put(consumer.name(), token);
            } else {
                cursor.tokenSaved(consumer.name(), token);
            }
            log.tokenSaved(consumer, version);
            changed = true;
        }
    }

    /** A source wants to know what comes twice over several streams. */
    void originsWanted(int pairs) {
        state.origins().limit(pairs);
        changed = true;
    }

    /** A frame came that is here already with a sequence, from another stream. */
    void duplicate(ChannelInput input, long position, long sequence) {
        origins.duplicate(input, position, sequence);
    }

    void floorAdvanced(ChannelInput input) {
        long floor = input.floorRequested;
        if (input.state != null && input.state.window() != null && floor > input.state.position()) {
            input.state.window().advanceTo(floor);
            input.keptPosition = input.state.position();
            changed = true;
        }
    }

    // ---- the end

    /** Writes what a log can hold, syncs, and makes the last checkpoint. */
    void finish() throws Exception {
        int work = round();
        while (work > 0) {
            work = round();
        }
        if (log != null) {
            log.writeRest();
            moveMilestones();
            log.lastCheckpoint();
        }
        publishLedger();
    }

    /** What is left and cannot be kept is dropped by name. */
    long dropRest(String reason) {
        long rest = held;
        if (rest > 0) {
            state.dropped().merge(reason, rest, Long::sum);
            held = 0;
            book.dropped(state.dropped());
            publishLedger();
        }
        return rest;
    }

    /** Events of the recovered backlog. */
    long recoveredEvents() {
        return held;
    }

    void end() {
        ended = true;
    }

    private void publishLedger() {
        ledgerChanged = false;
        book.publish(accepted, delivered, held);
    }
}

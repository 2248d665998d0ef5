package io.headrace.engine.channel;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.wal.CursorStart;
import io.headrace.wal.InputKey;
import io.headrace.wal.InputState;
import io.headrace.wal.LogState;
import io.headrace.wal.RecoveryReport;
import io.headrace.wal.StreamId;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A multi-producer ring as the memory channel and a journal that may write to the log: one implementation, three
 * policies. See {@code engine/CHANNEL.md}.
 */
final class DualChannel implements ManagedChannel, TakeOwner {
    private static final Logger LOG = LoggerFactory.getLogger(DualChannel.class);

    /** So many are named where one line tells of several. */
    private static final int NAMED = 5;

    private static final int COMMAND_CHUNK = 1_024;
    private static final long POLL_NANOS = 1_000_000;

    /** Frames that are on disk leave memory above half of it; this is well below. */
    private static final int CROWDED_PERCENT = 37;

    /** Sinks that committed within this time are at work; on a busy disk a sync takes some hundred milliseconds. */
    private static final long AT_WORK_NANOS = 500_000_000;

    private final ChannelSettings settings;
    private final ChannelEnvironment environment;
    private final ChannelMetrics metrics;
    private final ChannelLog log;
    private final StreamId streamId;
    private final RingBuffer<Slot> ring;
    private final Sequence journalGate = new Sequence(-1);
    private final Sequence takeGate = new Sequence(-1);
    private final long base;
    private final Admission admission;
    private final RoomWaiters waiters = new RoomWaiters();
    private final LedgerBook book = new LedgerBook();
    private final Queue<JournalCommand> commands = new MpscUnboundedAtomicArrayQueue<>(COMMAND_CHUNK);
    private final TakeSide take;
    private final Journal journal;
    /** None is ever taken out, so that whoever looks often needs no iterator. */
    private final List<ConsumerImpl> consumers = new CopyOnWriteArrayList<>();

    private final List<ReplayCursor> cursors = new CopyOnWriteArrayList<>();
    private final Map<InputKey, ChannelInput> inputs = new HashMap<>();
    private final List<ChannelInput> anonymousInputs = new CopyOnWriteArrayList<>();
    private final ChannelInput unpositioned = new ChannelInput(null, 0);
    private final Map<String, byte[]> recoveredTokens;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong tokenVersions = new AtomicLong();

    /** Takes what a channel that keeps nothing drops; null in all others. */
    private final ConsumerImpl discarder;

    private final long redeliveredBefore;
    private final SeenOrigins seenOrigins;
    private volatile boolean wantsOrigins;

    private int nextInputNumber;
    private long droppedAtStop;
    private volatile DutyRunner.Running journalRunning;
    private boolean stopped;
    private volatile boolean accepting;
    private volatile boolean orderly;
    private volatile boolean framesWait;
    private volatile long acknowledged;
    private volatile long safe;
    private volatile long lowWater;
    private volatile long lowWaterNanos;
    private volatile long checkpointedLowWater;

    /** @param log null for a channel without one */
    DualChannel(ChannelSettings settings, ChannelEnvironment environment, ChannelLog log) {
        this.settings = settings;
        this.environment = environment;
        this.log = log;
        this.metrics = new ChannelMetrics(environment.metrics());
        this.admission = new Admission(settings, settings.ringSlots());
        this.ring = RingBuffer.createMultiProducer(Slot::new, settings.ringSlots(), new BusySpinWaitStrategy());
        this.ring.addGatingSequences(journalGate, takeGate);
        LogState state = log == null ? new LogState(0, 1) : log.state();
        this.base = log == null ? 1 : log.nextSequence();
        this.streamId = log == null
                ? new StreamId(
                        environment.random().getAsLong(), environment.random().getAsLong())
                : log.streamId();
        this.recoveredTokens = new HashMap<>(state.tokens());
        this.redeliveredBefore = state.redelivered();
        this.seenOrigins = new SeenOrigins(state.origins().copy());
        this.lowWater = state.committed().floor();
        this.lowWaterNanos = environment.nanoClock().nanoTime() - AT_WORK_NANOS;
        this.checkpointedLowWater = lowWater;
        // What a log holds is acknowledged and safe; sequences from there to the base were never used.
        this.acknowledged = base - 1;
        this.safe = base - 1;
        this.take = new TakeSide(this, this, ring, takeGate, log == null ? null : log.recovered());
        this.discarder =
                settings.policy() == ChannelPolicy.DISCARD ? new ConsumerImpl(this, null, "discard", 0, null) : null;
        this.nextInputNumber = state.nextInputNumber();
        for (InputState input : state.inputs().values()) {
            ChannelInput known = new ChannelInput(input);
            known.lastSequence = base - 1;
            inputs.put(input.key(), known);
        }
        state.cursors().values().forEach(cursor -> cursors.add(log.cursor(this, cursor)));
        this.journal = new Journal(this, state, log == null ? null : log.writer(this));
        if (log != null) {
            log.attach(this, journal);
            admission.recovered(journal.recoveredEvents());
        }
        registerGauges();
    }

    private void registerGauges() {
        environment.metrics().gauge("ChannelSize", this::size);
        environment.metrics().gauge("ChannelCapacity", this::capacity);
        environment.metrics().doubleGauge("ChannelFillPercentage", () -> 100.0 * size() / capacity());
        environment.metrics().gauge("MemoryBytes", admission::memoryBytes);
        environment.metrics().gauge("MemoryEvents", admission::memoryEvents);
        environment.metrics().gauge("RingSlotsUsed", admission::usedSlots);
        environment.metrics().gauge("EventRedeliveredCount", this::redeliveredEvents);
        environment.metrics().gauge("LedgerAcceptedCount", () -> ledger().accepted());
        environment.metrics().gauge("LedgerDeliveredCount", () -> ledger().delivered());
        environment.metrics().gauge("LedgerHeld", () -> ledger().held());
        environment.metrics().gauge("LedgerDroppedCount", () -> ledger().droppedEvents());
        environment.metrics().gauge("OriginPairs", seenOrigins::size);
        environment.metrics().gauge("OriginPairForgottenCount", seenOrigins::forgotten);
        guarantee().show(environment.metrics());
        environment.metrics().gauge("Unhealthy", () -> failure.get() == null ? 0 : 1);
        environment.metrics().gauge("Open", () -> accepting ? 1 : 0);
        environment.metrics().gauge("Closed", () -> accepting ? 0 : 1);
        if (log != null) {
            log.registerGauges(environment.metrics());
        }
        cursors.forEach(this::registerGauges);
    }

    private void registerGauges(ReplayCursor cursor) {
        String of = "." + cursor.name();
        MetricGroup group = environment.metrics();
        group.gauge("CursorBacklogFrames" + of, cursor::backlogFrames);
        group.gauge("CursorBacklogBytes" + of, () -> log.bytesAbove(cursor.lowWater()));
        group.gauge("CursorAgeMillis" + of, cursor::ageMillis);
        group.gauge("CursorDeliveredCount" + of, cursor::deliveredEvents);
        group.gauge("CursorRedeliveredCount" + of, cursor::redeliveredEvents);
        group.gauge("CursorFailed" + of, () -> cursor.isFailed() ? 1 : 0);
    }

    private long capacity() {
        return settings.policy() == ChannelPolicy.DUAL
                ? settings.memoryCapacity() + settings.overflowCapacity()
                : settings.capacity();
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
                if (cursor.lowWater() < lowWater) {
                    waits += "; cursor " + cursor.name() + " holds the log from sequence " + (cursor.lowWater() + 1)
                            + " on, the sinks from " + (lowWater + 1) + " on";
                }
            }
        }
        return waits;
    }

    @Override
    public boolean hasUnacknowledged() {
        return acknowledged < base + ring.getCursor();
    }

    @Override
    public List<String> cursorNotes() {
        return log == null ? List.of() : log.cursorNotes();
    }

    @Override
    public synchronized void start() {
        if (journalRunning != null || stopped) {
            throw new IllegalStateException("channel " + name() + ": started or stopped before (expected: once)");
        }
        // Before anything runs that may fail at once and close the channel again.
        accepting = true;
        if (log != null) {
            log.start();
        }
        journalRunning = environment.runner().start(journal);
        if (log != null) {
            log.startWriters();
        }
        // Whoever put in between had nobody to wake.
        wakeJournal();
    }

    @Override
    public synchronized long stop(long drainMillis) {
        if (stopped) {
            return 0;
        }
        refusePuts();
        awaitDrained(drainMillis);
        orderly = failure.get() == null;
        end();
        return droppedAtStop;
    }

    @Override
    public synchronized void close() {
        if (!stopped) {
            refusePuts();
            end();
        }
    }

    /** On the journal's thread, after its last round. */
    void onJournalClose() {
        if (orderly && failure.get() == null) {
            try {
                journal.finish();
            } catch (Exception e) {
                fail(e);
            }
            if (log == null) {
                long dropped = journal.dropRest(discarder == null ? "stop" : Journal.DISCARDED);
                droppedAtStop = discarder == null ? dropped : 0;
            }
        }
        journal.end();
    }

    private void refusePuts() {
        accepting = false;
        waiters.wakeAll();
        // A put between reservation and publication takes a few instructions; the ring is quiet after that.
        while (!isQuiet()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean isQuiet() {
        long claimed = ring.getCursor();
        if (!admission.isQuiet(claimed + 1)) {
            return false;
        }
        for (long sequence = Math.max(0, claimed - ring.getBufferSize() + 1); sequence <= claimed; sequence++) {
            if (!ring.isAvailable(sequence)) {
                return false;
            }
        }
        return true;
    }

    private void awaitDrained(long millis) {
        if (journalRunning == null) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (size() > 0 && failure.get() == null && deadline - System.nanoTime() > 0) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void end() {
        stopped = true;
        take.seal(consumers);
        cursors.forEach(ReplayCursor::seal);
        if (log != null) {
            log.stopReader();
            cursors.forEach(ReplayCursor::stopReader);
        }
        if (journalRunning != null) {
            journalRunning.stop();
        } else {
            onJournalClose();
        }
        if (log != null) {
            log.stopPreparer();
            log.stopWriters();
            closeLog();
        }
        take.releaseAll(base + ring.getCursor());
        cursors.forEach(ReplayCursor::releaseAll);
        tellEverybody();
    }

    private void closeLog() {
        try {
            // On a thread of its own: an interrupted caller would close the files in the middle of it (R1).
            environment.runner().call("channel-" + name() + "-close", () -> {
                log.close();
                return null;
            });
        } catch (Exception e) {
            fail(e);
        }
    }

    /** Takes the channel out of service; the first cause stays. Any of the channel's threads. */
    void fail(Throwable cause) {
        // Who sees the failure sees a closed channel.
        accepting = false;
        take.seal(consumers);
        cursors.forEach(ReplayCursor::seal);
        if (!failure.compareAndSet(null, cause)) {
            return;
        }
        tellEverybody();
        environment.failureHandler().accept(cause);
    }

    private void tellEverybody() {
        waiters.wakeAll();
        wakeAllConsumers();
        List<ChannelInput> all;
        synchronized (inputs) {
            all = new ArrayList<>(inputs.values());
        }
        all.addAll(anonymousInputs);
        for (ChannelInput input : all) {
            input.tell();
        }
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
        return acknowledged;
    }

    @Override
    public long safe() {
        return safe;
    }

    @Override
    public long lowWater() {
        return lowWater;
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
        return failure.get();
    }

    @Override
    public ChannelConsumer consumer(String sinkName) {
        synchronized (recoveredTokens) {
            for (ConsumerImpl consumer : consumers) {
                if (consumer.name().equals(sinkName)) {
                    return consumer;
                }
            }
            ConsumerImpl added =
                    new ConsumerImpl(this, null, sinkName, consumers.size(), recoveredTokens.get(sinkName));
            consumers.add(added);
            return added;
        }
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
        return accepting;
    }

    /** The input of a key; the same object while the channel is open. */
    ChannelInput openInput(InputKey key) {
        synchronized (inputs) {
            ChannelInput input = inputs.computeIfAbsent(key, k -> new ChannelInput(k, nextInputNumber++));
            input.openCount++;
            return input;
        }
    }

    void closeInput(ChannelInput input) {
        if (input.isAnonymous()) {
            anonymousInputs.remove(input);
            return;
        }
        synchronized (inputs) {
            input.openCount--;
            if (input.openCount == 0 && !input.announced) {
                // Nothing of it was ever put here: who only says a name must not stay in memory for good.
                inputs.remove(input.key, input);
            }
        }
    }

    /** Whether a source has an input open. */
    boolean isOpen(InputKey key) {
        synchronized (inputs) {
            ChannelInput input = inputs.get(key);
            return input != null && input.openCount > 0;
        }
    }

    /** Forgets an input unless a source has it open or a frame of it is left. The journal's thread. */
    boolean expire(InputKey key, long committedUpTo) {
        synchronized (inputs) {
            ChannelInput input = inputs.get(key);
            if (input == null) {
                return true;
            }
            boolean gone = input.openCount == 0 && input.lastSequence <= committedUpTo;
            if (gone) {
                inputs.remove(key);
            }
            return gone;
        }
    }

    ChannelInput openAnonymousInput() {
        ChannelInput input = new ChannelInput(null, 0);
        anonymousInputs.add(input);
        return input;
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

    /**
     * Publishes frames that were reserved, in order and next to each other; only the last one moves the input's
     * position, so that a crash between them loses none.
     *
     * @return the sequence of the last one
     */
    long publish(ChannelInput input, long position, boolean control, List<Frame> frames, long nowNanos) {
        int count = frames.size();
        for (int i = 0; i < count; i++) {
            frames.get(i).retain();
        }
        long last;
        try {
            last = ring.tryNext(count);
        } catch (InsufficientCapacityException e) {
            frames.forEach(Frame::release);
            throw new IllegalStateException("ring slots: none (expected: " + count + " that were reserved)", e);
        }
        long first = last - count + 1;
        for (int i = 0; i < count; i++) {
            boolean positioned = i == count - 1;
            ring.get(first + i)
                    .set(
                            frames.get(i),
                            positioned ? input : unpositioned,
                            positioned ? position : 0,
                            control,
                            nowNanos);
        }
        ring.publish(first, last);
        // The journal says that frames may wait, then looks for some, so that it finds them or is woken.
        VarHandle.fullFence();
        if (!framesWait) {
            wakeJournal();
        }
        return base + last;
    }

    /** Publishes the frame that gives the input its number (R7); reserved by the caller. */
    void announce(ChannelInput input, Frame announcement, long nowNanos) {
        publish(input, input.floorRequested, true, List.of(announcement), nowNanos);
        input.announced = true;
    }

    void advanceFloor(ChannelInput input, long floor) {
        if (!accepting) {
            // Sources go on without an optional channel that is closed; nobody would ever take this from the queue.
            return;
        }
        input.floorRequested = floor;
        enqueue(journal -> journal.floorAdvanced(input));
    }

    /** A source drops what came before over another stream; frames are known by their origin from now on. */
    SeenOrigins wantOrigins(int window) {
        int pairs = seenOrigins.want(window);
        wantsOrigins = true;
        enqueue(journal -> journal.originsWanted(pairs));
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
        if (sequence > safe) {
            input.duplicateOf(position, sequence);
        }
        enqueue(journal -> journal.duplicate(input, position, sequence));
    }

    /** Events leased again, counted from the log's creation. */
    long redeliveredEvents() {
        return redeliveredBefore + take.redeliveredEvents();
    }

    RoomWaiters waiters() {
        return waiters;
    }

    // ---- for the parts

    Admission admission() {
        return admission;
    }

    RingBuffer<Slot> ring() {
        return ring;
    }

    /** Frames in the log up to here survive a power cut; 0 without a log. Any thread. */
    long durable() {
        return log == null ? 0 : log.durable();
    }

    Sequence journalGate() {
        return journalGate;
    }

    long base() {
        return base;
    }

    TakeSide takeSide() {
        return take;
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

    /** A cursor that no sink is on any more is forgotten. The journal's thread. */
    void expired(ReplayCursor cursor) {
        LOG.warn(
                "channel {}: cursor {} is dropped: no sink was on it for {} (cursorExpiry); it stood at sequence {}, {} of {} were to come",
                name(),
                cursor.name(),
                Duration.ofMillis(settings.keeping().cursorExpiryMillis()),
                cursor.lowWater() + 1,
                cursor.backlogFrames(),
                acknowledged);
        cursors.remove(cursor);
        environment.metrics().removeGauges(name -> name.endsWith("." + cursor.name()));
        metrics.cursorsExpired.increment();
        cursor.stopReader();
        cursor.seal();
        cursor.releaseAll();
    }

    /** Inputs that nobody has open are forgotten. The journal's thread. */
    void expired(List<InputKey> keys) {
        metrics.inputsExpired.add(keys.size());
        List<String> senders = keys.stream()
                .filter(key -> key.kind() == InputKey.Kind.WINDOW)
                .map(InputKey::id)
                .toList();
        if (!senders.isEmpty()) {
            LOG.warn(
                    "channel {}: senders not heard of for {} (inputExpiry) are forgotten: {} of them, {}{}; should one come"
                            + " back, what it had sent and got no answer for when it left is taken again, and may be there"
                            + " twice",
                    name(),
                    Duration.ofMillis(settings.keeping().inputExpiryMillis()),
                    senders.size(),
                    String.join(", ", senders.subList(0, Math.min(senders.size(), NAMED))),
                    senders.size() > NAMED ? ", ..." : "");
        }
    }

    boolean hasLog() {
        return log != null;
    }

    /** The highest sequence that any frame got; once producers are shut out, it stays. */
    long lastPublished() {
        return base + ring.getCursor();
    }

    void acknowledged(long sequence) {
        acknowledged = sequence;
    }

    void safe(long sequence) {
        safe = sequence;
    }

    void lowWater(long sequence, long nowNanos) {
        lowWater = sequence;
        lowWaterNanos = nowNanos;
    }

    /**
     * Whether memory nears the share above which frames leave it for the log although sinks are at work; any thread. Sinks
     * that stand still don't keep anybody waiting: then the log is what is wanted.
     */
    boolean isCrowded() {
        return settings.alwaysWrites()
                && admission.isAbove(CROWDED_PERCENT)
                && environment.nanoClock().nanoTime() - lowWaterNanos < AT_WORK_NANOS;
    }

    void checkpointedLowWater(long sequence) {
        checkpointedLowWater = sequence;
    }

    /**
     * What a sink may call done towards others. A sink with tokens takes back after a crash what no checkpoint holds, and
     * another sink may get those frames: nobody must have been told that they will not come.
     */
    long floorFor(ConsumerImpl asking) {
        // Read first: a sink has its first token before the mark moves over what it committed with it.
        long floor = lowWater;
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer != asking && consumer.goesBack()) {
                return checkpointedLowWater;
            }
        }
        return floor;
    }

    /**
     * Whether what is published needn't wake the journal, which is woken when a group is written, and takes it then. The
     * journal's thread.
     */
    void framesWait(boolean wait) {
        if (wait != framesWait) {
            framesWait = wait;
            VarHandle.fullFence();
        }
    }

    void enqueue(JournalCommand command) {
        commands.add(command);
        wakeJournal();
    }

    // ---- as the owner of the sinks' take side

    @Override
    public boolean isUsed() {
        return true;
    }

    @Override
    public boolean leavesInFile() {
        return !consumers.isEmpty() && consumers.stream().allMatch(ConsumerImpl::leavesInFile);
    }

    @Override
    public void leased(ConsumerImpl consumer, int events) {
        if (consumer != discarder) {
            metrics.takeAttempts.add(events);
        }
    }

    @Override
    public void leasing(Frame frame) {
        // The times of what sinks take are measured from its publication.
    }

    @Override
    public void holePassed(long from, long to) {
        enqueue(j -> j.holePassed(from, to));
    }

    @Override
    public void controlsPassed(long[] sequences) {
        enqueue(j -> j.controlsPassed(sequences));
    }

    @Override
    public void released(Lease lease, long memoryEvents, long memoryBytes) {
        admission.released(lease.events(), memoryEvents, memoryBytes);
    }

    @Override
    public void readingFailed(Throwable cause) {
        fail(cause);
    }

    @Override
    public long committed(LeaseRoom lease, byte[] token) {
        if (lease.consumer != discarder) {
            metrics.takeSuccesses.add(lease.events());
        }
        return handOver(lease, token);
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

    /** Whether this consumer, a sink's, gets anything: nobody does in a channel that drops all. */
    @Override
    public boolean serves(ConsumerImpl consumer) {
        return discarder == null || consumer == discarder;
    }

    ConsumerImpl discarder() {
        return discarder;
    }

    long saveToken(ConsumerImpl consumer, byte[] token) {
        long version = tokenVersions.incrementAndGet();
        enqueue(j -> j.tokenSaved(consumer, token, version));
        return version;
    }

    void wakeJournal() {
        DutyRunner.Running running = journalRunning;
        if (running != null) {
            running.wake();
        }
    }

    /** A lease freed ring slots: the journal wakes those who wait for them. */
    void slotsFreed() {
        if (!waiters.isEmpty()) {
            wakeJournal();
        }
    }

    @Override
    public void wakeReader() {
        if (log != null) {
            log.wakeReader();
        }
    }

    /** Tells sinks that wait and for which there may be something. */
    @Override
    public void wakeConsumers() {
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer.armed) {
                if (take.mayLease(consumer)) {
                    consumer.wakeIfArmed();
                } else if (log != null && take.waitsForReader(consumer)) {
                    // What there is left memory meanwhile; the reader tells when it is back.
                    log.wakeReader();
                }
            }
        }
    }

    private void wakeAllConsumers() {
        consumers.forEach(ConsumerImpl::wakeIfArmed);
        cursors.forEach(ReplayCursor::wakeAllConsumers);
    }
}

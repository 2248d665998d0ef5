package io.headrace.tools.bench;

import io.headrace.engine.channel.DutyCycle;
import io.headrace.frame.Frame;
import io.headrace.wal.GroupWriter;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * The duty cycle that writes a log: takes what producers put, appends it group by group, syncs by the mode, acknowledges
 * and checkpoints when due, as the journal of a channel does. All but the last 32 MiB counts as committed at once, so that
 * segments are used again as behind a sink that keeps up.
 */
final class LogJournal implements DutyCycle {
    private static final long HELD_BYTES = 32L << 20;
    private static final int MAX_FRAMES = 512;
    private static final long CHECKPOINT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long BLOCKED_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WriteAheadLog log;
    private final SyncMode sync;
    private final int inFlight;
    private final ManyToOneConcurrentArrayQueue<Waiting> queue;
    private final Deque<Waiting> unacknowledged = new ArrayDeque<>();
    private final Deque<Waiting> held = new ArrayDeque<>();
    private final Arrivals arrivals = new Arrivals();
    private volatile Throwable failure;
    private volatile boolean closed;
    private Runnable waker = () -> {};
    private Waiting pending;
    private long next;
    private long floor;
    private long heldBytes;
    private boolean blocked;
    private boolean unsynced;
    private long unsyncedNanos;
    private boolean dirty;
    private long dirtyNanos;

    LogJournal(WriteAheadLog log, SyncMode sync, int inFlight, int producers) {
        this.log = log;
        this.sync = sync;
        this.inFlight = inFlight;
        this.queue = new ManyToOneConcurrentArrayQueue<>(Math.max(2, inFlight * producers));
        this.next = log.nextSequence();
        this.floor = next - 1;
    }

    /** The log's preparer, which tells the journal when there is room again. */
    static DutyCycle preparing(WriteAheadLog log, Runnable wakeJournal) {
        return new DutyCycle() {
            @Override
            public int doWork() {
                int work = log.preparer().doWork();
                if (work > 0) {
                    wakeJournal.run();
                }
                return work;
            }

            @Override
            public long nanosUntilDue() {
                long nanos = log.preparer().nanosToNextWork();
                return nanos < 0 ? Long.MAX_VALUE : nanos;
            }

            @Override
            public String roleName() {
                return "bench-preparer";
            }
        };
    }

    /** One of the writers beside the journal. */
    static DutyCycle writing(GroupWriter writer) {
        return new DutyCycle() {
            @Override
            public int doWork() {
                return writer.doWork();
            }

            @Override
            public boolean alwaysParks() {
                return true;
            }

            @Override
            public long nanosUntilDue() {
                return Long.MAX_VALUE;
            }

            @Override
            public String roleName() {
                return "bench-writer";
            }
        };
    }

    /** Takes how its thread is woken; before the first frame. */
    void attach(Runnable newWaker) {
        waker = newWaker;
    }

    @Override
    public String roleName() {
        return "bench-journal";
    }

    @Override
    public int doWork() {
        if (failure != null) {
            return 0;
        }
        try {
            return round(System.nanoTime());
        } catch (IOException | RuntimeException e) {
            failure = e;
            return 0;
        }
    }

    private int round(long nowNanos) throws IOException {
        int work = log.settle();
        if (!log.isFullBeside()) {
            work += append();
            work += writeStaged(pending != null && !blocked || !queue.isEmpty());
        }
        syncIfDue(work > 0, nowNanos);
        work += acknowledge();
        return work + checkpointIfDue(nowNanos);
    }

    private int append() throws IOException {
        int count = 0;
        blocked = false;
        while (count < MAX_FRAMES && !log.groupIsFull()) {
            if (pending == null) {
                pending = queue.poll();
            }
            if (pending == null) {
                break;
            }
            if (next >= log.ceiling()) {
                checkpoint();
            }
            if (!log.append(next, 0, 0, pending.frame)) {
                blocked = true;
                break;
            }
            pending.appended(next++);
            unacknowledged.add(pending);
            pending = null;
            count++;
        }
        return count;
    }

    private int writeStaged(boolean more) throws IOException {
        if (!log.isStaging() || log.isBusyBeside() && !log.groupIsFull()) {
            return 0;
        }
        boolean beside = log.isWritingBeside() || more;
        if (!beside || !log.writeBeside()) {
            log.write();
        }
        return 1;
    }

    private void syncIfDue(boolean wrote, long nowNanos) throws IOException {
        if (wrote && !unsynced && log.durable() < log.written()) {
            unsynced = true;
            unsyncedNanos = nowNanos;
        }
        if (unsynced
                && (sync.kind() == SyncMode.Kind.ALWAYS
                        || sync.kind() == SyncMode.Kind.INTERVAL && nowNanos - unsyncedNanos >= sync.intervalNanos())) {
            log.sync();
            unsynced = false;
        }
    }

    private int acknowledge() {
        long milestone = sync.kind() == SyncMode.Kind.ALWAYS ? log.durable() : log.written();
        int frames = 0;
        long events = 0;
        long now = 0;
        Waiting first = unacknowledged.peek();
        while (first != null && first.sequence <= milestone) {
            if (frames++ == 0) {
                now = System.nanoTime();
            }
            arrivals.frame(first.dueNanos, now);
            events += first.events;
            first.entry.acknowledged();
            hold(unacknowledged.poll());
            first = unacknowledged.peek();
        }
        if (frames > 0) {
            arrivals.events(events, now);
        }
        return frames;
    }

    private void hold(Waiting acknowledged) {
        held.add(acknowledged);
        heldBytes += acknowledged.bytes;
        while (heldBytes - held.peek().bytes > HELD_BYTES) {
            Waiting oldest = held.poll();
            heldBytes -= oldest.bytes;
            floor = oldest.sequence;
        }
        if (!dirty) {
            dirty = true;
            dirtyNanos = System.nanoTime();
        }
    }

    private int checkpointIfDue(long nowNanos) throws IOException {
        boolean due = dirty && nowNanos - dirtyNanos >= CHECKPOINT_NANOS;
        if (due || log.ceilingIsLow() || blocked && log.couldRelease() || log.isShortOfSegments()) {
            checkpoint();
            return 1;
        }
        return 0;
    }

    private void checkpoint() throws IOException {
        if (floor > log.state().committed().floor()) {
            log.state().committed().advanceTo(floor);
        }
        log.checkpoint();
        dirty = false;
    }

    @Override
    public long nanosUntilDue() {
        if (failure != null) {
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        long due = Long.MAX_VALUE;
        if (dirty) {
            due = dirtyNanos + CHECKPOINT_NANOS - now;
        }
        if (unsynced && sync.kind() == SyncMode.Kind.INTERVAL) {
            due = Math.min(due, unsyncedNanos + sync.intervalNanos() - now);
        }
        if (blocked) {
            due = Math.min(due, BLOCKED_RETRY_NANOS);
        }
        return Math.max(0, due);
    }

    @Override
    public void onClose() {
        closed = true;
        if (pending != null) {
            pending.frame.release();
        }
        for (Waiting left = queue.poll(); left != null; left = queue.poll()) {
            left.frame.release();
        }
    }

    /** Ends the log in order, after this duty cycle has ended. */
    void lastCheckpoint() throws IOException {
        log.sync();
        acknowledge();
        checkpoint();
        log.checkpointAndStop(next - 1);
    }

    void checkFailure() {
        Throwable thrown = failure;
        if (thrown != null) {
            throw new WorkloadException("the log failed: " + thrown.getMessage(), thrown);
        }
    }

    Arrivals arrivals() {
        return arrivals;
    }

    /** The last sequence appended; after the end. */
    long lastSequence() {
        return next - 1;
    }

    /** Up to here counts as committed; after the end. */
    long floor() {
        return floor;
    }

    Course.Entry newEntry() {
        return new JournalEntry();
    }

    /** A frame on its way; the frame itself is given back once it is staged. */
    private static final class Waiting {
        private final JournalEntry entry;
        private final long dueNanos;
        private final int events;
        private final int bytes;
        private Frame frame;
        private long sequence;

        Waiting(JournalEntry entry, Frame frame, long dueNanos) {
            this.entry = entry;
            this.frame = frame;
            this.dueNanos = dueNanos;
            this.events = frame.eventCount();
            this.bytes = frame.alignedLength();
        }

        void appended(long asSequence) {
            sequence = asSequence;
            frame.release();
            frame = null;
        }
    }

    /** Hands one producer's frames to the journal, so many at most without an acknowledgement. */
    private final class JournalEntry implements Course.Entry {
        private long put;
        private volatile long acknowledged;
        private volatile Thread parked;

        @Override
        public void put(Frame frame, long dueNanos) {
            long end = 0;
            while (put - acknowledged >= inFlight) {
                end = end == 0 ? System.nanoTime() + LONGEST_NANOS : end;
                parked = Thread.currentThread();
                VarHandle.fullFence();
                if (put - acknowledged >= inFlight) {
                    LockSupport.parkNanos(this, PARK_NANOS);
                }
                parked = null;
                checkOpen();
                if (System.nanoTime() - end > 0) {
                    String waiting = log.preparer().waitingFor();
                    throw new WorkloadException(
                            "the log did not acknowledge a frame for 30 s" + (waiting == null ? "" : ": " + waiting));
                }
            }
            checkOpen();
            if (!queue.offer(new Waiting(this, frame.retain(), dueNanos))) {
                frame.release();
                throw new IllegalStateException("frames on their way: " + queue.size() + " (expected: fewer)");
            }
            put++;
            waker.run();
        }

        private void checkOpen() {
            checkFailure();
            if (closed) {
                throw new WorkloadException("the log was closed while frames were put");
            }
        }

        /** Journal thread. */
        void acknowledged() {
            acknowledged++;
            VarHandle.fullFence();
            Thread thread = parked;
            if (thread != null) {
                parked = null;
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void close() {
            // What it put is the journal's.
        }
    }
}

package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.wal.LogState;
import java.util.Queue;

/**
 * The duty cycle of a channel: applies what sinks committed to the {@link ChannelState}, takes what producers published,
 * moves the milestones ({@link JournalProgress}), and tells those who wait, each once a round. {@link LogWriter} does what
 * concerns the log, where there is one. A round that fails takes the channel out of service.
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
    private final TakeSide take;
    private final Admission admission;
    private final RoomWaiters waiters;
    private final ConsumerImpl discarder;
    private final Queue<JournalCommand> commands;
    private final JournalClock clock;
    private final LogWriter log;
    private final ChannelState state;
    private final LedgerCounts ledger;
    private final JournalProgress progress;
    private final Expiry expiry;
    private boolean ended;

    /** @param log null for a channel without one */
    Journal(DualChannel channel, LogState state, LogWriter log) {
        this.channel = channel;
        this.ring = channel.publication().ring();
        this.journalGate = channel.publication().journalGate();
        this.base = channel.publication().base();
        this.take = channel.takeSide();
        this.admission = channel.admission();
        this.waiters = channel.waiters();
        this.discarder = channel.sinks().discarder();
        this.commands = channel.commands();
        this.clock = new JournalClock(channel.environment());
        this.log = log;
        this.state = new ChannelState(channel, state, log, clock);
        this.ledger = this.state.ledger();
        this.progress = new JournalProgress(channel, this.state, log, clock);
        this.expiry = new Expiry(channel, state);
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

    /** Between two frames that are written each by itself there is time to park. */
    @Override
    public boolean parksOnFewCores() {
        return channel.settings().alwaysWrites();
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
        long now = clock.nanosNow();
        long due = Math.min(waiters.nanosUntilDue(now), expiry.nanosUntilDue(now));
        return log == null ? due : Math.min(due, log.nanosUntilDue(now));
    }

    private int round() throws Exception {
        clock.read();
        int work = applyCommands();
        work += log == null ? drainToMemory() : log.round(clock.nanos());
        state.changed(expiry.expireIfDue(clock.nanos(), clock.millis()));
        progress.moveMilestones();
        take.passControls();
        work += discard();
        ledger.publishIfChanged();
        // What has just become durable goes on before a checkpoint, which takes as long as another sync.
        progress.tell();
        if (log != null) {
            work += log.checkpointIfDue(clock.nanosNow());
        }
        return work + waiters.wake(admission, clock.nanos());
    }

    private int applyCommands() {
        int count = 0;
        JournalCommand command = commands.poll();
        while (command != null) {
            command.applyTo(state);
            if (++count == MAX_COMMANDS) {
                break;
            }
            command = commands.poll();
        }
        return count;
    }

    /** Where nothing is kept: what is acknowledged is dropped. */
    private int discard() {
        if (discarder == null) {
            return 0;
        }
        int frames = 0;
        Lease lease = discarder.tryLease(Integer.MAX_VALUE, Long.MAX_VALUE);
        while (lease != null) {
            frames += lease.size();
            lease.commit();
            lease = discarder.tryLease(Integer.MAX_VALUE, Long.MAX_VALUE, lease);
        }
        return frames;
    }

    // ---- what is published; also for the log writer, on this thread

    /** Takes what is published, as far as one round goes: it is acknowledged by that. */
    int drainToMemory() {
        int count = 0;
        while (count < MAX_FRAMES && isPublished(drained() + 1)) {
            take(drained() + 1);
            count++;
        }
        if (count > 0) {
            releaseToTakers();
            progress.acknowledge(drained());
        }
        return count;
    }

    boolean isPublished(long sequence) {
        return ring.isAvailable(sequence - base);
    }

    Slot slot(long sequence) {
        return ring.get(sequence - base);
    }

    long drained() {
        return progress.drained();
    }

    JournalProgress progress() {
        return progress;
    }

    /** Enters the next published frame into the books. */
    void take(long sequence) {
        progress.taken(sequence, slot(sequence));
    }

    /** Lets the take side free the slots of what was drained. Before {@code acknowledged} moves over them. */
    void releaseToTakers() {
        journalGate.set(drained() - base);
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
            progress.moveMilestones();
            log.lastCheckpoint();
        }
        ledger.publish();
    }

    /** What is left and cannot be kept is dropped by name; returns how many events that is. */
    long dropRest(String reason) {
        return ledger.dropRest(reason);
    }

    /** Events of the recovered backlog. */
    long recoveredEvents() {
        return ledger.held();
    }

    void end() {
        ended = true;
    }
}

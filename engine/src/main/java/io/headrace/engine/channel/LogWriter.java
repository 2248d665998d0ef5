package io.headrace.engine.channel;

import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What the journal does with a log in a round: takes what is published to memory or, in a {@link SpillRun}, to the log, in
 * groups that {@link LogSync} writes and syncs; {@link Checkpointing} follows. An error of the disk fails the channel. Owned
 * by the journal's thread.
 */
final class LogWriter {
    private static final long BLOCKED_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A full disk is not waited for that long: whoever stops an agent may do so to make room. */
    private static final long STOP_FULL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long STOP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final WriteAheadLog log;
    private final ChannelEnvironment environment;
    private final Publication publication;
    private final ChannelMetrics metrics;
    private final boolean alwaysWrites;
    private final LogSync sync;
    private final LogRoom room;
    private final Checkpointing checkpointing;
    private final SpillRun run;
    private Journal journal;
    private JournalProgress progress;

    LogWriter(DualChannel channel, WriteAheadLog log) {
        this.log = log;
        this.environment = channel.environment();
        this.publication = channel.publication();
        this.metrics = channel.metrics();
        this.alwaysWrites = channel.settings().alwaysWrites();
        this.sync = new LogSync(channel, log);
        this.room = new LogRoom(log, sync, channel.admission());
        this.checkpointing = new Checkpointing(channel, log);
        this.run = new SpillRun(channel, log, sync, room, checkpointing);
    }

    void attach(Journal owner) {
        journal = owner;
        progress = owner.progress();
        checkpointing.attach(progress);
        run.attach(progress);
    }

    /** Takes what is published, to memory or to the log; returns how much work that was. */
    int round(long nowNanos) throws IOException {
        publication.framesWait(false);
        run.look(nowNanos);
        run.beginIfShort();
        int work = 0;
        if (!run.isOn()) {
            work = journal.drainToMemory();
        } else {
            work = run.isCatchingUp() ? run.catchUp() : appendPublished();
        }
        log.used(progress.drained());
        sync.syncIfDue(work > 0, nowNanos);
        if (run.isOn()) {
            progress.acknowledge(Math.min(acknowledgedOnDisk(), progress.drained()));
            work += run.evict(nowNanos);
            run.endIfIdle();
        }
        // As long as none of the groups beside is written, nobody needs to wake the journal for more.
        publication.framesWait(log.isBusyBeside());
        return work;
    }

    private int appendPublished() throws IOException {
        int settled = sync.settle();
        if (log.isFullBeside()) {
            return settled;
        }
        int count = 0;
        boolean refused = false;
        long next = progress.drained() + 1;
        while (room.groupTakesMore(count) && journal.isPublished(next)) {
            Slot slot = journal.slot(next);
            if (!log.append(next, slot.input.number, slot.position, slot.frame)) {
                refused = true;
                break;
            }
            metrics.bytesWritten.add(slot.frame.alignedLength());
            journal.take(next);
            next++;
            count++;
        }
        room.blocked(refused);
        if (count > 0) {
            journal.releaseToTakers();
        }
        if (refused && !log.isStaging()) {
            room.syncWhatIsFull();
        }
        return count + settled + writeStaged(journal.isPublished(next));
    }

    /** Returns what that is as work: 1, or 0 when the group grows until a writer is free. */
    private int writeStaged(boolean more) throws IOException {
        if (!log.isStaging() || log.isBusyBeside() && !log.groupIsFull()) {
            return 0;
        }
        // Alone a group is written here, without waking another thread first; of several none waits for the one before.
        boolean beside = log.isWritingBeside() || more;
        if (!beside || !log.writeBeside()) {
            sync.write();
        }
        return 1;
    }

    /** Every uncommitted frame up to here is on disk as {@code sync} demands. */
    long acknowledgedOnDisk() {
        return sync.acknowledgedOnDisk();
    }

    /** Every uncommitted frame up to here survives a power cut. */
    long durable() {
        return log.durable();
    }

    void stateChanged(long nowNanos) {
        checkpointing.stateChanged(nowNanos);
    }

    void tokenSaved(ConsumerImpl consumer, long version) {
        checkpointing.tokenSaved(consumer, version);
    }

    int checkpointIfDue(long nowNanos) throws IOException {
        return checkpointing.makeIfDue(nowNanos, room.isBlocked()) ? 1 : 0;
    }

    long nanosUntilDue(long nowNanos) {
        long due = Math.min(checkpointing.nanosUntilDue(nowNanos), sync.nanosUntilDue(nowNanos));
        due = Math.min(due, run.nanosUntilDue(nowNanos));
        if (room.isBlocked() && run.isWanted()) {
            due = Math.min(due, BLOCKED_RETRY_NANOS);
        }
        return Math.max(0, due);
    }

    // ---- an orderly stop

    /**
     * Writes what is only in memory. Where the disk is full: what a {@code file} channel has not written was never
     * acknowledged and is left to its source; a {@code dual} one waits some seconds for room.
     */
    void writeRest() throws IOException {
        if (!run.isOn()) {
            run.begin();
        }
        long start = environment.nanoClock().nanoTime();
        while (run.isCatchingUp() || journal.isPublished(progress.drained() + 1)) {
            int work = run.isCatchingUp() ? run.catchUp() : appendPublished();
            if (work == 0 && log.isBusyBeside()) {
                // Writes by itself what no writer has begun, and waits for the rest: the disk's time, not the
                // deadline's.
                log.sync();
            } else if (work == 0 && log.preparer().doWork() == 0) {
                boolean full = room.whyFull() != null;
                if (alwaysWrites && full) {
                    break;
                }
                if (environment.nanoClock().nanoTime() - start > (full ? STOP_FULL_NANOS : STOP_NANOS)) {
                    throw new IOException("the log takes no frame, and " + eventsInMemoryOnly()
                            + " events are in memory only: " + log.preparer().waitingFor()
                            + " (expected: room for what memory holds)");
                }
                environment.runner().pause(STOP_PAUSE_NANOS);
            }
        }
        log.sync();
        progress.acknowledge(Math.min(log.durable(), progress.drained()));
    }

    /** Of those that no sink committed. */
    private long eventsInMemoryOnly() {
        long events = run.eventsToCatchUp();
        for (long sequence = progress.drained() + 1; journal.isPublished(sequence); sequence++) {
            events += journal.slot(sequence).events;
        }
        return events;
    }

    void lastCheckpoint() throws IOException {
        checkpointing.makeLast();
    }
}

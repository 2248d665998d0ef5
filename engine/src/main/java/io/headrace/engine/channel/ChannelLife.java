package io.headrace.engine.channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A channel from its start to its end: which duty cycles run, whether puts are accepted, why it failed. The agent's threads
 * start and end it, one at a time; any of the channel's threads may take it out of service by {@link #fail}.
 *
 * <p>An end goes the way of the frames: puts are refused and those under way waited for, leases end, then the readers, the
 * journal, what writes beside it, and the log.
 */
final class ChannelLife {
    private static final long POLL_NANOS = 1_000_000;

    private final DualChannel channel;
    private final ChannelLog log;
    private final Journal journal;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile DutyRunner.Running journalRunning;
    private volatile boolean accepting;
    private volatile boolean orderly;
    private boolean stopped;
    private long droppedAtStop;

    /** @param log null for a channel without one */
    ChannelLife(DualChannel channel, ChannelLog log, Journal journal) {
        this.channel = channel;
        this.log = log;
        this.journal = journal;
    }

    synchronized void start() {
        if (journalRunning != null || stopped) {
            throw new IllegalStateException(
                    "channel " + channel.name() + ": started or stopped before (expected: once)");
        }
        // Before anything runs that may fail at once and close the channel again.
        accepting = true;
        if (log != null) {
            log.start();
        }
        journalRunning = channel.environment().runner().start(journal);
        if (log != null) {
            log.startWriters();
        }
        // Whoever put in between had nobody to wake.
        wakeJournal();
    }

    /** Ends in order: waits for sinks, keeps what a log can hold. Returns how many events were dropped. */
    synchronized long stop(long drainMillis) {
        if (stopped) {
            return 0;
        }
        refusePuts();
        awaitDrained(drainMillis);
        orderly = failure.get() == null;
        end();
        return droppedAtStop;
    }

    /** Ends as a kill would. */
    synchronized void close() {
        if (!stopped) {
            refusePuts();
            end();
        }
    }

    /** On the journal's thread, after its last round; where it never ran and has a log to end, on one that nobody interrupts (R1). */
    void onJournalClose() {
        if (orderly && failure.get() == null) {
            try {
                journal.finish();
            } catch (Exception | Error e) {
                fail(e);
            }
            if (log == null) {
                boolean discards = channel.sinks().discarder() != null;
                long dropped = journal.dropRest(discards ? Journal.DISCARDED : "stop");
                droppedAtStop = discards ? 0 : dropped;
            }
        }
        journal.end();
    }

    private void refusePuts() {
        accepting = false;
        channel.waiters().wakeAll();
        // A put between reservation and publication takes a few instructions; the ring is quiet after that.
        while (!channel.publication().isQuiet(channel.admission())) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void awaitDrained(long millis) {
        if (journalRunning == null) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (channel.size() > 0 && failure.get() == null && deadline - System.nanoTime() > 0) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void end() {
        stopped = true;
        sealAll();
        if (log != null) {
            log.stopReader();
            channel.cursors().forEach(ReplayCursor::stopReader);
        }
        if (journalRunning != null) {
            journalRunning.stop();
        } else if (log != null && orderly) {
            endUnstarted();
        } else {
            onJournalClose();
        }
        if (log != null) {
            log.stopPreparer();
            log.stopWriters();
            closeLog();
        }
        channel.takeSide().releaseAll(channel.lastPublished());
        channel.cursors().forEach(ReplayCursor::releaseAll);
        tellEverybody();
    }

    /** What the journal does last for a log, where it never had a thread. */
    private void endUnstarted() {
        try {
            // On a thread of its own, as the log is closed: it writes the last checkpoint.
            channel.environment().runner().call(journal.roleName(), () -> {
                onJournalClose();
                return null;
            });
        } catch (Exception | Error e) {
            // The log closes nevertheless.
            fail(e);
        }
    }

    private void closeLog() {
        try {
            // On a thread of its own: an interrupted caller would close the files in the middle of it (R1).
            channel.environment().runner().call("channel-" + channel.name() + "-close", () -> {
                log.close();
                return null;
            });
        } catch (Exception | Error e) {
            closeHere(e);
            // What follows gives back what sinks hold and wakes who waits.
            fail(e);
        }
    }

    /** Where that thread could not be had; a log that it closed stays closed. */
    private void closeHere(Throwable failed) {
        try {
            log.close();
        } catch (Exception | Error e) {
            if (e != failed) {
                failed.addSuppressed(e);
            }
        }
    }

    /** Takes the channel out of service; the first cause stays. Any of the channel's threads. */
    void fail(Throwable cause) {
        // Who sees the failure sees a closed channel.
        accepting = false;
        sealAll();
        if (!failure.compareAndSet(null, cause)) {
            return;
        }
        tellEverybody();
        channel.environment().failureHandler().accept(cause);
    }

    private void sealAll() {
        channel.sinks().seal();
        channel.cursors().forEach(ReplayCursor::seal);
    }

    private void tellEverybody() {
        channel.waiters().wakeAll();
        channel.sinks().wakeAllConsumers();
        channel.cursors().forEach(ReplayCursor::wakeAllConsumers);
        channel.inputs().tellAll();
    }

    /** Whether puts are taken; any thread. */
    boolean isAccepting() {
        return accepting;
    }

    /** Why the channel failed, or null while it works; any thread. */
    Throwable failure() {
        return failure.get();
    }

    /** There is work for the journal, if it runs; any thread, after a full fence or a volatile store. */
    void wakeJournal() {
        DutyRunner.Running running = journalRunning;
        if (running != null) {
            running.wake();
        }
    }
}

package io.headrace.engine.channel;

import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import org.agrona.concurrent.NanoClock;

/**
 * Writes and syncs a channel's log as {@code sync} demands, and counts and measures that. An error of the disk is the
 * caller's to pass on. Owned by the journal's thread.
 */
final class LogSync {
    private final WriteAheadLog log;
    private final SyncMode sync;
    private final ChannelMetrics metrics;
    private final NanoClock nanoClock;
    private long unsyncedNanos;
    private boolean unsynced;
    private long countedSyncs;
    private long directNanos;

    LogSync(DualChannel channel, WriteAheadLog log) {
        this.log = log;
        this.sync = channel.settings().sync();
        this.metrics = channel.metrics();
        this.nanoClock = channel.environment().nanoClock();
    }

    /** Writes what is staged. */
    void write() throws IOException {
        long start = nanoClock.nanoTime();
        metrics.framesWritten.add(log.write());
        if (log.appender() == Appender.DIRECT) {
            // This was the disk, and little is left to the sync.
            directNanos = nanoClock.nanoTime() - start;
        }
    }

    /** Takes note of groups that were written beside the journal; returns how many frames they held. */
    int settle() throws IOException {
        int settled = log.settle();
        if (settled > 0) {
            metrics.framesWritten.add(settled);
            countSyncs();
        }
        return settled;
    }

    /** @param wrote whether anything was written since the last call */
    void syncIfDue(boolean wrote, long nowNanos) throws IOException {
        if (wrote && !unsynced && log.durable() < log.written()) {
            unsynced = true;
            unsyncedNanos = nowNanos;
        }
        if (!unsynced) {
            return;
        }
        boolean due =
                switch (sync.kind()) {
                    case ALWAYS -> true;
                    case INTERVAL -> nowNanos - unsyncedNanos >= sync.intervalNanos();
                    case NEVER -> false;
                };
        if (due) {
            sync();
        }
    }

    void sync() throws IOException {
        long start = nanoClock.nanoTime();
        log.sync();
        unsynced = false;
        countSyncs();
        long nanos = nanoClock.nanoTime() - start + directNanos;
        directNanos = 0;
        metrics.sync.recordMicros(nanos / 1_000);
    }

    /** A group that was written beside the journal counts as one, too. */
    private void countSyncs() {
        long syncs = log.counters().syncs();
        metrics.syncs.add(syncs - countedSyncs);
        countedSyncs = syncs;
    }

    /** Every uncommitted frame up to here is on disk as {@code sync} demands. */
    long acknowledgedOnDisk() {
        return sync.kind() == SyncMode.Kind.ALWAYS ? log.durable() : log.written();
    }

    /** Nanoseconds until a sync is due; {@link Long#MAX_VALUE} for none, less than 0 when it is late. */
    long nanosUntilDue(long nowNanos) {
        return unsynced && sync.kind() == SyncMode.Kind.INTERVAL
                ? unsyncedNanos + sync.intervalNanos() - nowNanos
                : Long.MAX_VALUE;
    }
}

package io.headrace.engine.channel;

import java.util.concurrent.TimeUnit;

/**
 * Says which frames that are on disk may leave memory while it is short. Sinks that keep up take a frame soon after it is
 * acknowledged; had it left memory by then, it would be read back from the disk, and they would fall behind for that. So a
 * frame stays for a <em>grace</em>, and puts wait for room meanwhile. Sinks that took nothing from memory for some time
 * although there was something stand still or read the log: then nothing stays, so that nobody waits, until they have
 * caught up. Nor does anything while none has asked for a frame yet.
 *
 * <p>Owned by the journal's thread.
 */
final class Eviction {
    /** For so long at most since sinks took the last frame from memory any is kept for them. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The grace is what filling memory takes at this rate, so that sinks never make puts slower than half of it. */
    private static final double BYTES_PER_SECOND = 1L << 30;

    private final long graceNanos;

    // Frames up to 'ripe' are acknowledged for the grace at least, for twice as long at most; those up to 'ripening'
    // will be.
    private long ripe;
    private long ripening;
    private long ripeningSinceNanos;
    private long takenFromMemory;
    private long lastTakenNanos;

    Eviction(long byteCapacity, long nowNanos) {
        graceNanos = graceNanos(byteCapacity);
        ripeningSinceNanos = nowNanos;
        lastTakenNanos = nowNanos - PATIENCE_NANOS;
    }

    /** How long a frame stays in memory for sinks that keep up; twice as long at most. */
    static long graceNanos(long byteCapacity) {
        return (long) Math.min(PATIENCE_NANOS, byteCapacity / BYTES_PER_SECOND * TimeUnit.SECONDS.toNanos(1));
    }

    /**
     * Looks how far sinks are; each round.
     *
     * @param acknowledged sequence up to which they may take
     * @param next sequence that they take next, from memory or the log
     * @param fromMemory how many frames they took from memory since the channel was opened
     * @param asked whether any asked for frames since then, be it in vain: one that has not may be dead from the start
     */
    void look(long acknowledged, long next, long fromMemory, boolean asked, long nowNanos) {
        if (nowNanos - ripeningSinceNanos >= graceNanos) {
            ripe = ripening;
            ripening = acknowledged;
            ripeningSinceNanos = nowNanos;
        }
        if (fromMemory != takenFromMemory || asked && next > acknowledged) {
            takenFromMemory = fromMemory;
            lastTakenNanos = nowNanos;
        }
    }

    /** The last of the frames up to {@code onDisk} that may leave memory, as of the last look. */
    long limit(long onDisk, long nowNanos) {
        return nowNanos - lastTakenNanos < PATIENCE_NANOS ? Math.min(ripe, onDisk) : onDisk;
    }

    /** When the limit moves although nothing else does. */
    long nanosUntilMore(long nowNanos) {
        return Math.min(ripeningSinceNanos + graceNanos, lastTakenNanos + PATIENCE_NANOS) - nowNanos;
    }
}

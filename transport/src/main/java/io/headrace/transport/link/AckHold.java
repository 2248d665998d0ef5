package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;

/**
 * When an ACK of one connection is better written a little later: while frames come at full rate, so that it stands for
 * {@value #FRAMES} of them. A reader as quick as its sender would otherwise answer nearly each one. {@code
 * transport/PROTOCOL.md} has the rule and what it costs. Owned by the connection's thread.
 */
final class AckHold {
    /** An ACK waits for so many frames. */
    static final int FRAMES = 8;

    /** But no longer than this after the one before. */
    static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** Full rate is what brings so much since the ACK before, so fast; below it there are few answers to save. */
    private static final long LEAST_BYTES = 64 * 1024;

    private static final long LEAST_BYTES_A_SECOND = 256L * 1024 * 1024;

    /** While the rest of a DATA is coming in it waits so long at any rate. */
    private static final long WITHIN_DATA_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** After an ACK that waited in vain so many go at once, then twice as many each time. */
    private static final int FEWEST_AT_ONCE = 1;

    private static final int MOST_AT_ONCE = 16 * 1024;

    private long toldNanos;
    private long toldBytes;
    private long firstNanos;
    private int atOnce;
    private int nextAtOnce = FEWEST_AT_ONCE;

    /** The connection begins. */
    void start(long now) {
        toldNanos = now;
    }

    /** A frame comes, and all before it are answered. */
    void first(long now) {
        firstNanos = now;
    }

    /**
     * Whether an ACK should wait.
     *
     * @param frames that it would be about, at least 1
     * @param received bytes of frames since the connection began
     * @param withinData whether the rest of a DATA is to come
     */
    boolean waits(long now, long frames, long received, boolean withinData) {
        return frames < FRAMES
                && atOnce == 0
                && (now - toldNanos < atFullRate(received) || withinData && now - firstNanos < WITHIN_DATA_NANOS);
    }

    /** Whether an ACK has waited long enough for what came since the one before. */
    boolean isOver(long now, long received) {
        return now - toldNanos >= atFullRate(received) && now - firstNanos >= WITHIN_DATA_NANOS;
    }

    /** How long after the ACK before the next one may come, for what has come since. */
    private long atFullRate(long received) {
        long bytes = received - toldBytes;
        return bytes < LEAST_BYTES
                ? 0
                : Math.min(LONGEST_NANOS, bytes * TimeUnit.SECONDS.toNanos(1) / LEAST_BYTES_A_SECOND);
    }

    /** An ACK is written. */
    void told(long now, long frames, long received) {
        toldNanos = now;
        toldBytes = received;
        if (atOnce > 0) {
            atOnce--;
        } else if (frames >= FRAMES) {
            nextAtOnce = Math.max(FEWEST_AT_ONCE, nextAtOnce * 7 / 8);
        }
    }

    /** It waited and no more came: the sender may be waiting, too, as with a small window. */
    void inVain() {
        atOnce = nextAtOnce;
        nextAtOnce = Math.min(MOST_AT_ONCE, 2 * nextAtOnce);
    }
}

package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;

/**
 * When an ACK of one connection is better written a little later: while frames come at full rate, so that it stands for
 * {@value LinkLayout#ACK_FRAMES} of them. A reader as quick as its sender would otherwise answer nearly each one. {@code transport/PROTOCOL.md} has the rule and what it costs. Owned by the connection's thread.
 */
final class AckHold {
    /** It waits no longer than this after the one before. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(32);

    /** And no longer than this after the last frame, unless it is others' turn ({@link #isOthersTurn}). */
    private static final long LONGEST_SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** With so many frames it was worth the wait. */
    private static final int WORTH_FRAMES = 8;

    /** Full rate is what brings so much since the ACK before, so fast; below it there are few answers to save. */
    private static final long LEAST_BYTES = 64 * 1024;

    private static final long LEAST_BYTES_A_SECOND = 256L * 1024 * 1024;

    /** More is counted as this, for longer than any wait: nanoseconds for it fit into a number. */
    private static final long MOST_BYTES = Long.MAX_VALUE / TimeUnit.SECONDS.toNanos(1);

    /** While the rest of a DATA is coming in it waits so long at any rate. */
    private static final long WITHIN_DATA_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** After two waits in vain, one after the other, so many ACKs go at once, then twice as many each time. */
    private static final int FEWEST_AT_ONCE = 1;

    private static final int MOST_AT_ONCE = 16 * 1024;

    private long toldNanos;
    private long toldBytes;
    private long toldOfAll;
    private long cameOfAll;
    private long firstNanos;
    private int atOnce;
    private int nextAtOnce = FEWEST_AT_ONCE;
    private int vain;
    private boolean late;

    /** The connection begins. */
    void start(long now, long ofAll) {
        toldNanos = now;
        toldOfAll = ofAll;
    }

    /**
     * A frame comes.
     *
     * @param first whether all before it are answered
     */
    void came(long now, boolean first, long ofAll) {
        cameOfAll = ofAll;
        if (first) {
            firstNanos = now;
        }
    }

    /**
     * Whether an ACK should wait.
     *
     * @param frames that it would be about, at least 1
     * @param received bytes of frames since the connection began
     * @param ofAll bytes of frames of all connections of the loop
     * @param withinData whether the rest of a DATA is to come
     */
    boolean waits(long now, long frames, long received, long ofAll, boolean withinData) {
        return frames < LinkLayout.ACK_FRAMES
                && atOnce == 0
                && (now - toldNanos < atFullRate(received, ofAll)
                        || withinData && now - firstNanos < WITHIN_DATA_NANOS);
    }

    /**
     * Whether an ACK has waited long enough for what came since the one before.
     *
     * @param cameNanos when the last frame came
     * @param frames that it would be about
     */
    boolean isOver(long now, long cameNanos, long frames, long received, long ofAll) {
        boolean over = now - toldNanos >= atFullRate(received, ofAll)
                || now - cameNanos >= LONGEST_SILENCE_NANOS && !isOthersTurn(now, cameNanos, frames, ofAll);
        return over && now - firstNanos >= WITHIN_DATA_NANOS;
    }

    /**
     * Whether nothing comes because other connections of the loop are served: they have been at full rate since the last
     * frame, and this one goes on bringing enough for the wait if it takes turns as it did since the ACK before.
     */
    private boolean isOthersTurn(long now, long cameNanos, long frames, long ofAll) {
        return nanosAtFullRate(ofAll - cameOfAll) >= now - cameNanos
                && frames * LONGEST_NANOS >= WORTH_FRAMES * (now - toldNanos);
    }

    /** How long after the ACK before the next one may come, for what has come since. */
    private long atFullRate(long received, long ofAll) {
        if (received - toldBytes < LEAST_BYTES) {
            return 0;
        }
        // Connections that share a loop share what it can do.
        return Math.min(LONGEST_NANOS, nanosAtFullRate(ofAll - toldOfAll));
    }

    private static long nanosAtFullRate(long bytes) {
        return Math.min(bytes, MOST_BYTES) * TimeUnit.SECONDS.toNanos(1) / LEAST_BYTES_A_SECOND;
    }

    /** An ACK is written. */
    void told(long now, long frames, long received, long ofAll) {
        toldNanos = now;
        toldBytes = received;
        toldOfAll = ofAll;
        if (late) {
            late = false;
        } else if (atOnce > 0) {
            atOnce--;
        } else if (frames >= WORTH_FRAMES) {
            vain = 0;
            nextAtOnce = Math.max(FEWEST_AT_ONCE, nextAtOnce * 7 / 8);
        }
    }

    /**
     * The ACK that is written next has waited. Where nothing came for half of the time, once may be chance, as when the
     * sender's thread had to stand back; twice, and the sender may be waiting, too.
     *
     * @param cameNanos when the last frame came
     */
    void waited(long now, long cameNanos) {
        if (now - cameNanos < (now - toldNanos) / 2) {
            return;
        }
        late = true;
        if (++vain > 1) {
            atOnce = nextAtOnce;
            nextAtOnce = Math.min(MOST_AT_ONCE, 2 * nextAtOnce);
        }
    }
}

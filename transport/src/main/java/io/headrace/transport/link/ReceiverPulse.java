package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;

/** When something last came over a connection, and whether its sender is to be asked or is gone. Owned by its thread. */
final class ReceiverPulse {
    /** Token of a PING that asks whether somebody is there; those that revoke a grant are odd. */
    static final long ARE_YOU_THERE = 2;

    /** What the sender's silence calls for. */
    enum Due {
        NOTHING,
        PING,
        END
    }

    /** Silence after which different connections are asked, of those that began together. */
    private static final int SPREAD = 64;

    private final long timeoutMillis;
    private long askMillis;
    private long progress;
    private long progressNanos;
    private boolean asked;

    /** @param timeoutMillis without progress after which a connection is over */
    ReceiverPulse(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * The connection begins.
     *
     * @param place any number: of connections with different ones not all are asked at once
     */
    void start(long now, int place) {
        progressNanos = now;
        askMillis = timeoutMillis / 2 - timeoutMillis / 8 * Math.floorMod(place, SPREAD) / SPREAD;
    }

    /**
     * Looks at the clock; a PING that is due counts as sent.
     *
     * @param made progress since the connection began
     * @param writable whether a PING would be heard
     */
    Due look(long now, long made, boolean writable) {
        if (made != progress) {
            progress = made;
            progressNanos = now;
            asked = false;
        } else if ((asked || !writable) && isOver(now, progressNanos, timeoutMillis)) {
            return Due.END;
        } else if (!asked && isOver(now, progressNanos, askMillis) && writable) {
            // Who sends nothing speaks rarely, and does not know how soon it is taken for dead here.
            asked = true;
            return Due.PING;
        }
        return Due.NOTHING;
    }

    static boolean isOver(long now, long since, long millis) {
        return now - since >= TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

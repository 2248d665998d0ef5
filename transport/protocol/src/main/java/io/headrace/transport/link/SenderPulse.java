package io.headrace.transport.link;

import java.util.concurrent.TimeUnit;

/**
 * When a sender last heard and asked its receiver, and when something moved: whether the receiver is there, takes nothing, or
 * is to be asked. Owned by the sender's thread.
 */
final class SenderPulse {
    private static final long LONGEST_PING_PAUSE_MILLIS = 10_000;

    /**
     * Where nothing awaits an answer: longer than a receiver with the usual {@code idle-timeout} waits until it asks, for which
     * many connections cost it less.
     */
    private static final long LONGEST_IDLE_MILLIS = 40_000;

    private final long timeoutMillis;
    private long heardNanos;
    private long askedNanos;
    private boolean pinging;
    private long pingedNanos;
    private long spokeNanos;
    private long movedNanos;
    private long answeredNanos;
    private long lastUnsent;

    /** @param timeoutMillis without a message before the receiver counts as dead */
    SenderPulse(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /** The sender's state changed: what was heard before is no news of it. */
    void startOver(long now) {
        heardNanos = now;
        askedNanos = now;
        pinging = false;
    }

    /** Frames may flow from now on. */
    void welcomed(long now) {
        pingedNanos = now;
        spokeNanos = now;
        movedNanos = now;
        lastUnsent = 0;
    }

    void heard(long now) {
        heardNanos = now;
        pinging = false;
    }

    long heardNanos() {
        return heardNanos;
    }

    /** What was heard last answers frames. */
    void answered() {
        answeredNanos = heardNanos;
    }

    /** The first frame since all were answered goes: silence counts from here. */
    void firstGoes(long now) {
        answeredNanos = now;
        asks(now, 0);
    }

    void spoke(long now) {
        spokeNanos = now;
    }

    /** PING goes. */
    void pings(long now, long unanswered) {
        asks(now, unanswered);
        pinging = true;
        pingedNanos = now;
        spokeNanos = now;
    }

    /** Notes what the output has still to send: a large frame on a slow path cannot be answered before it is there. */
    void sees(long now, long unsent) {
        if (unsent < lastUnsent) {
            movedNanos = now;
        }
        lastUnsent = unsent;
    }

    /** Whether nobody is there any more. */
    boolean isDead(long now, long unanswered) {
        return isAsking(unanswered)
                && isOver(now, silentNanos(), timeoutMillis)
                && isOver(now, movedNanos, timeoutMillis);
    }

    /** Whether the receiver lives and takes nothing. */
    boolean isStuck(long now, long unanswered) {
        return unanswered > 0
                && !isOver(now, heardNanos, timeoutMillis)
                && isOver(now, answeredNanos, timeoutMillis)
                && isOver(now, movedNanos, timeoutMillis);
    }

    /** Whether to ask by PING; also when answers come and there is nothing to send: the receiver takes silence for death. */
    boolean isPingDue(long now, long unanswered) {
        long pause = isAsking(unanswered)
                ? Math.min(timeoutMillis / 3, LONGEST_PING_PAUSE_MILLIS)
                : Math.min(2 * timeoutMillis, LONGEST_IDLE_MILLIS);
        return (isOver(now, silentNanos(), pause) || isOver(now, spokeNanos, pause)) && isOver(now, pingedNanos, pause);
    }

    private long silentNanos() {
        return askedNanos - heardNanos > 0 ? askedNanos : heardNanos;
    }

    private boolean isAsking(long unanswered) {
        return pinging || unanswered > 0;
    }

    /** Before something is sent that wants an answer: silence counts from the first of it. */
    private void asks(long now, long unanswered) {
        if (!isAsking(unanswered)) {
            askedNanos = now;
        }
    }

    static boolean isOver(long now, long since, long millis) {
        return now - since >= TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

package io.headrace.transport.link;

import org.agrona.concurrent.NanoClock;

/**
 * What the sender of one connection is told of its frames: one cumulative ACK for all that the channels acknowledged, with
 * the credit, now or a little later ({@link AckHold}). Owned by the connection's thread.
 */
final class AckOutflow {
    private final LinkOutput output;
    private final LinkReceiverMetrics metrics;
    private final LinkStreams streams;
    private final NanoClock clock;
    private final CreditGrant grant;
    private final FrameIntake intake;
    private final Runnable watch;
    private final AckHold hold = new AckHold();

    private long came;
    private long cameNanos;
    private long acknowledged;
    private long told;

    /** Frames that had come when the sender last asked: it waits for their answers. */
    private long asked;

    private boolean watched;

    /** @param watch has {@link #look} called before long, until it returns false */
    AckOutflow(LinkOutput output, LinkStreams streams, CreditGrant grant, FrameIntake intake, Runnable watch) {
        this.output = output;
        this.metrics = streams.metrics();
        this.streams = streams;
        this.clock = streams.clock();
        this.grant = grant;
        this.intake = intake;
        this.watch = watch;
        this.cameNanos = clock.nanoTime();
        hold.start(cameNanos, streams.receivedBytes());
    }

    /** A frame comes. */
    void frameCame() {
        cameNanos = clock.nanoTime();
        hold.came(cameNanos, isAllTold(), streams.receivedBytes());
        came++;
    }

    /** When the last frame came, or the connection began. */
    long cameNanos() {
        return cameNanos;
    }

    /** The sender does not go on before what came by now is answered. */
    void asked() {
        asked = came;
    }

    /** Whether the sender was sent the answers to all frames that came. */
    boolean isAllTold() {
        return told == came;
    }

    /** Whether some are acknowledged whose ACK waits. */
    boolean isWaiting() {
        return acknowledged > told;
    }

    /** Whether all that was published is answered. */
    boolean isDone() {
        return !intake.isAwaiting() && !isWaiting();
    }

    /** Counts what is acknowledged by now. */
    void count(LinkStream stream) {
        acknowledged += intake.acknowledged();
        if (intake.isAwaiting()) {
            stream.awaitSignal();
            acknowledged += intake.acknowledged();
        }
    }

    /**
     * Tells what is counted, and a credit that the sender needs.
     *
     * @param mayWait whether it may be better told later
     * @param withinData whether the rest of a DATA is to come
     */
    void tell(boolean mayWait, boolean withinData) {
        long frames = acknowledged - told;
        // One ACK says all: nothing piles up for a peer that does not read.
        if (frames == 0 && !grant.isDue() || !output.isWritable()) {
            return;
        }
        if (mayWait && !grant.isDue() && !intake.isParking() && waits(frames, withinData)) {
            return;
        }
        metrics.framesAcked.add(frames);
        told = acknowledged;
        write(frames);
    }

    /** Tells the credit, whatever it is. */
    void tellCredit() {
        write(0);
    }

    /**
     * Looks at an ACK that waits.
     *
     * @param open whether it may go on waiting
     * @return whether it is to be told now
     */
    boolean look(long now, boolean open) {
        watched = open && isWaiting();
        if (watched && hold.isOver(now, cameNanos, acknowledged - told, grant.received(), streams.receivedBytes())) {
            watched = false;
            hold.waited(now, cameNanos);
            return true;
        }
        return false;
    }

    /** Whether another look is wanted. */
    boolean isWatched() {
        return watched;
    }

    private boolean waits(long frames, boolean withinData) {
        boolean waits = told >= asked
                && hold.waits(clock.nanoTime(), frames, grant.received(), streams.receivedBytes(), withinData);
        if (waits && !watched) {
            watched = true;
            watch.run();
        }
        return waits;
    }

    private void write(long frames) {
        grant.told();
        hold.told(clock.nanoTime(), frames, grant.received(), streams.receivedBytes());
        metrics.acksSent.increment();
        output.write(LinkEncoder.ack(output.allocator(), acknowledged, grant.credit()));
        output.flush();
    }
}

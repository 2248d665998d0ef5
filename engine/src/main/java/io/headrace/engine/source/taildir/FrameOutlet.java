package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;

/**
 * Puts frames. A frame for which a channel has no room is kept as it was built and put again when there is room; until
 * then the source reads nothing more, which is the back-pressure. A frame also waits for some milliseconds while memory is
 * nearly full and sinks are at work ({@link ChannelProcessor#isCrowded}): what they come to from memory needn't be read
 * back from the log. Where that was in vain for half a second, they are slower than the source, and it waits no more
 * until they have caught up. Owned by the source's thread, except for the wake-up.
 */
final class FrameOutlet implements AutoCloseable {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How long a frame waits for sinks that are at work: longer than they take for some, and still 100 a second. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Waits in vain, one after the other, until sinks count as too slow to wait for: what comes is for the log then. */
    static final int MOST_IN_VAIN = 50;

    private final ChannelProcessor processor;
    private final TaildirCounters counters;
    private final NanoClock clock;
    private final PutTicket ticket;
    private final Runnable wake = this::roomReturned;

    private volatile Thread poller;
    private volatile boolean roomReturned;

    private SourceInput input;
    private long start;
    private long end;
    private Frame waiting;
    private long retryAtNanos;

    /** Whether it waits for sinks that are at work, not for room. */
    private boolean patient;

    private int inVain;

    FrameOutlet(ChannelProcessor processor, TaildirCounters counters, NanoClock clock) {
        this.processor = processor;
        this.counters = counters;
        this.clock = clock;
        this.ticket = processor.newTicket();
    }

    /** The thread that is woken when there is room again. */
    void attach(Thread thread) {
        if (poller != thread) {
            poller = thread;
        }
    }

    /** Whether a frame waits for room. */
    boolean isFull() {
        return waiting != null;
    }

    /** The input of the frame that waits, or null. */
    SourceInput waitingInput() {
        return waiting == null ? null : input;
    }

    /** Where the frame that waits begins in its input. */
    long waitingFrom() {
        return start;
    }

    /**
     * Puts a frame that stands between {@code frameStart} and {@code frameEnd} of its input; takes over the caller's reference.
     *
     * @return false when it waits for room now
     * @throws IllegalStateException when a channel failed; reading must begin again where the input starts then
     */
    boolean put(SourceInput frameInput, long frameStart, long frameEnd, Frame frame) {
        counters.eventsReceived.add(frame.eventCount());
        counters.batchesReceived.increment();
        input = frameInput;
        start = frameStart;
        end = frameEnd;
        waiting = frame;
        if (isWorthWaiting()) {
            patient = true;
            retryAtNanos = clock.nanoTime() + PATIENCE_NANOS;
            return false;
        }
        boolean taken = tryPut();
        if (!taken) {
            counters.channelFull.increment();
        }
        return taken;
    }

    /** Puts the frame that waits, if there is room or it waited for long; returns whether none waits any more. */
    boolean retry() {
        if (waiting == null) {
            return true;
        }
        if (patient) {
            if (isWorthWaiting()) {
                if (retryAtNanos - clock.nanoTime() > 0) {
                    return false;
                }
                inVain++;
            }
            return putNow();
        }
        if (!roomReturned && retryAtNanos - clock.nanoTime() > 0) {
            return false;
        }
        return tryPut();
    }

    /** When to call {@link #retry} again at the latest, while a frame waits: sinks that are at work say nothing. */
    long nanosToRetry(long nowNanos) {
        return patient ? Math.min(LOOK_NANOS, retryAtNanos - nowNanos) : retryAtNanos - nowNanos;
    }

    private boolean isWorthWaiting() {
        if (!processor.isCrowded()) {
            inVain = 0;
            return false;
        }
        return inVain < MOST_IN_VAIN;
    }

    /** Puts the frame that waits, if there is room; returns whether none waits any more. */
    boolean putNow() {
        if (waiting == null) {
            return true;
        }
        boolean first = patient;
        patient = false;
        boolean taken = tryPut();
        if (first && !taken) {
            counters.channelFull.increment();
        }
        return taken;
    }

    /** Gives up the frame that waits; it was not put, so it will be read again. */
    @Override
    public void close() {
        patient = false;
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
    }

    private boolean tryPut() {
        roomReturned = false;
        PutStatus status;
        try {
            status = processor.tryPut(input, end, waiting, true, ticket);
        } catch (EventTooLargeException e) {
            counters.channelFailures.increment();
            close();
            throw new IllegalStateException(
                    "a frame does not fit into a channel: " + e.getMessage()
                            + "; a line does when maxLineBytes is below the channels' maxEventBytes",
                    e);
        }
        switch (status) {
            case ACCEPTED, DUPLICATE -> {
                counters.eventsAccepted.add(waiting.eventCount());
                counters.batchesAccepted.increment();
                close();
                return true;
            }
            case FULL -> {
                retryAtNanos = clock.nanoTime() + LONGEST_WAIT_NANOS;
                processor.whenRoom(ticket.fullChannel(), wake);
                return false;
            }
            default -> {
                counters.channelFailures.increment();
                Channel refused = ticket.fullChannel();
                close();
                throw new IllegalStateException(
                        "put: " + status + (refused == null ? "" : " by channel " + refused.name())
                                + " (expected: a channel that is open)",
                        refused == null ? null : refused.failure());
            }
        }
    }

    private void roomReturned() {
        roomReturned = true;
        LockSupport.unpark(poller);
    }
}

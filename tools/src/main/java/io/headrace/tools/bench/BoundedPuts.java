package io.headrace.tools.bench;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts frames into a channel as a source does, with so many at most that are not acknowledged: a put parks until the oldest
 * is. Owned by the thread that puts, woken by the channel's.
 */
public final class BoundedPuts implements AutoCloseable {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BenchmarkChannel channel;
    private final SourceInput input;
    private final PutTicket[] tickets;
    private int next;
    private volatile Thread parked;

    /**
     * Opens an input of the channel.
     *
     * @param inFlight frames that may be without an acknowledgement
     */
    public BoundedPuts(BenchmarkChannel channel, int inFlight) {
        this.channel = channel;
        this.input = channel.processor().anonymousInput();
        this.tickets = new PutTicket[inFlight];
        for (int i = 0; i < inFlight; i++) {
            tickets[i] = channel.processor().newTicket();
        }
        input.setListener(this::wake);
    }

    /**
     * Puts a frame, which stays the caller's.
     *
     * @throws WorkloadException when the channel failed, or neither acknowledges nor has room for 30 s
     */
    public void put(Frame frame) throws InterruptedException {
        PutTicket ticket = tickets[next];
        next = next + 1 == tickets.length ? 0 : next + 1;
        await(ticket);
        put(channel, input, frame, ticket);
    }

    /** The same without a limit, of whoever looks after the ticket. */
    public static void put(BenchmarkChannel channel, SourceInput input, Frame frame, PutTicket ticket)
            throws InterruptedException {
        PutStatus status = channel.processor().put(input, 0, frame, true, ticket);
        if (status == PutStatus.FULL) {
            long end = System.nanoTime() + LONGEST_NANOS;
            do {
                channel.checkFailure();
                if (System.nanoTime() - end > 0) {
                    throw new WorkloadException(
                            "no room in channel " + channel.channel().name() + " for 30 s: " + ticket.fullReason()
                                    + waitingFor(channel, ", "));
                }
                status = channel.processor().put(input, 0, frame, true, ticket);
            } while (status == PutStatus.FULL);
        }
        if (status != PutStatus.ACCEPTED) {
            channel.checkFailure();
            throw new WorkloadException("put: " + status + " (expected: ACCEPTED)");
        }
    }

    /** Waits until all are acknowledged. */
    public void await() {
        for (PutTicket ticket : tickets) {
            await(ticket);
        }
    }

    private void await(PutTicket ticket) {
        if (ticket.isAcknowledged()) {
            return;
        }
        long end = System.nanoTime() + LONGEST_NANOS;
        do {
            parked = Thread.currentThread();
            VarHandle.fullFence();
            if (!ticket.isAcknowledged()) {
                LockSupport.parkNanos(this, PARK_NANOS);
            }
            parked = null;
            channel.checkFailure();
            if (System.nanoTime() - end > 0) {
                throw new WorkloadException("channel " + channel.channel().name()
                        + " did not acknowledge a frame for 30 s" + waitingFor(channel, ": "));
            }
        } while (!ticket.isAcknowledged());
    }

    private static String waitingFor(BenchmarkChannel channel, String before) {
        String waiting = channel.channel().waitingFor();
        return waiting == null ? "" : before + waiting;
    }

    private void wake() {
        VarHandle.fullFence();
        Thread thread = parked;
        if (thread != null) {
            parked = null;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void close() {
        input.close();
    }
}

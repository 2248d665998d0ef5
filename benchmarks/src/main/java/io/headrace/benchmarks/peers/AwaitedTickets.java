package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.BenchmarkChannel;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * As many tickets as puts that may be without an acknowledgement; a producer parks until the oldest has one. Owned by the
 * producer's thread, woken by the channel's.
 */
final class AwaitedTickets {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BenchmarkChannel channel;
    private final PutTicket[] tickets;
    private int next;
    private volatile Thread parked;

    AwaitedTickets(BenchmarkChannel channel, SourceInput input, int inFlight) {
        this.channel = channel;
        tickets = new PutTicket[inFlight];
        for (int i = 0; i < inFlight; i++) {
            tickets[i] = channel.processor().newTicket();
        }
        input.setListener(this::wake);
    }

    /** The ticket of the oldest put, once that is acknowledged; for the next put. */
    PutTicket free() {
        PutTicket ticket = tickets[next];
        next = next + 1 == tickets.length ? 0 : next + 1;
        await(ticket);
        return ticket;
    }

    /** Waits for all. */
    void await() {
        for (PutTicket ticket : tickets) {
            await(ticket);
        }
    }

    private void await(PutTicket ticket) {
        if (ticket.isAcknowledged()) {
            return;
        }
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        do {
            parked = Thread.currentThread();
            VarHandle.fullFence();
            if (!ticket.isAcknowledged()) {
                LockSupport.parkNanos(this, PARK_NANOS);
            }
            parked = null;
            channel.checkFailure();
            if (System.nanoTime() > end) {
                throw new IllegalStateException("a put was not acknowledged for 30 s");
            }
        } while (!ticket.isAcknowledged());
    }

    private void wake() {
        VarHandle.fullFence();
        Thread thread = parked;
        if (thread != null) {
            parked = null;
            LockSupport.unpark(thread);
        }
    }
}

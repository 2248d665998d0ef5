package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Puts one producer's frames into a channel as a source does, so many at most without an acknowledgement. */
final class ChannelEntry implements Course.Entry {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BenchChannel channel;
    private final ChannelProcessor processor;
    private final SourceInput input;
    private final PutTicket[] tickets;
    private int slot;
    private volatile Thread parked;

    ChannelEntry(BenchChannel channel, int inFlight) {
        this.channel = channel;
        this.processor = channel.processor();
        this.input = processor.anonymousInput();
        this.tickets = new PutTicket[inFlight];
        for (int i = 0; i < inFlight; i++) {
            tickets[i] = processor.newTicket();
        }
        input.setListener(this::wake);
    }

    @Override
    public void put(Frame frame, long dueNanos) throws InterruptedException {
        PutTicket ticket = tickets[slot];
        slot = slot + 1 == tickets.length ? 0 : slot + 1;
        awaitAcknowledged(ticket);
        long end = System.nanoTime() + LONGEST_NANOS;
        PutStatus status = processor.put(input, 0, frame, true, ticket);
        while (status == PutStatus.FULL) {
            channel.checkFailure();
            if (System.nanoTime() - end > 0) {
                String waiting = channel.channel().waitingFor();
                throw new WorkloadException(
                        "no room in channel " + channel.channel().name() + " for 30 s: " + ticket.fullReason()
                                + (waiting == null ? "" : ", " + waiting));
            }
            status = processor.put(input, 0, frame, true, ticket);
        }
        if (status != PutStatus.ACCEPTED) {
            channel.checkFailure();
            throw new WorkloadException("put: " + status + " (expected: ACCEPTED)");
        }
    }

    private void awaitAcknowledged(PutTicket ticket) {
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
                String waiting = channel.channel().waitingFor();
                throw new WorkloadException("channel " + channel.channel().name()
                        + " did not acknowledge a frame for 30 s" + (waiting == null ? "" : ": " + waiting));
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

    @Override
    public void close() {
        input.close();
    }
}

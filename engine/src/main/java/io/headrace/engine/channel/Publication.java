package io.headrace.engine.channel;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.frame.Frame;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * A channel's ring and the way into it: frames whose room is reserved get their sequences here and become visible to the
 * journal, in order. A frame's slot is used again when both gates have passed it: the journal's, and the take side's.
 *
 * <p>Any thread publishes. Nothing can fail after a reservation, and nothing is allocated between claim and publication.
 */
final class Publication {
    private final DualChannel channel;
    private final RingBuffer<Slot> ring;
    private final Sequence journalGate = new Sequence(-1);
    private final Sequence takeGate = new Sequence(-1);
    private final long base;
    private final ChannelInput unpositioned = new ChannelInput(null, 0);
    private volatile boolean framesWait;

    /** @param base channel sequence of the ring's first slot */
    Publication(DualChannel channel, int slots, long base) {
        this.channel = channel;
        this.base = base;
        this.ring = RingBuffer.createMultiProducer(Slot::new, slots, new BusySpinWaitStrategy());
        this.ring.addGatingSequences(journalGate, takeGate);
    }

    RingBuffer<Slot> ring() {
        return ring;
    }

    /** Passed by the journal, in sequences of the ring. */
    Sequence journalGate() {
        return journalGate;
    }

    /** Passed by the take side, in sequences of the ring. */
    Sequence takeGate() {
        return takeGate;
    }

    long base() {
        return base;
    }

    /** The highest sequence that any frame got; once producers are shut out, it stays. */
    long last() {
        return base + ring.getCursor();
    }

    /**
     * Publishes frames that were reserved, in order and next to each other; only the last one moves the input's
     * position, so that a crash between them loses none.
     *
     * @return the sequence of the last one
     */
    long publish(ChannelInput input, long position, boolean control, List<Frame> frames, long nowNanos) {
        int count = frames.size();
        for (int i = 0; i < count; i++) {
            frames.get(i).retain();
        }
        long last;
        try {
            last = ring.tryNext(count);
        } catch (InsufficientCapacityException e) {
            frames.forEach(Frame::release);
            throw new IllegalStateException("ring slots: none (expected: " + count + " that were reserved)", e);
        }
        long first = last - count + 1;
        for (int i = 0; i < count; i++) {
            boolean positioned = i == count - 1;
            ring.get(first + i)
                    .set(
                            frames.get(i),
                            positioned ? input : unpositioned,
                            positioned ? position : 0,
                            control,
                            nowNanos);
        }
        ring.publish(first, last);
        // The journal says that frames may wait, then looks for some, so that it finds them or is woken.
        VarHandle.fullFence();
        if (!framesWait) {
            channel.wakeJournal();
        }
        return base + last;
    }

    /** Publishes the frame that gives the input its number (R7); reserved by the caller. */
    void announce(ChannelInput input, Frame announcement, long nowNanos) {
        publish(input, input.floorRequested, true, List.of(announcement), nowNanos);
        input.announced = true;
    }

    /**
     * Whether what is published needn't wake the journal, which is woken when a group is written, and takes it then. The
     * journal's thread.
     */
    void framesWait(boolean wait) {
        if (wait != framesWait) {
            framesWait = wait;
            VarHandle.fullFence();
        }
    }

    /** Whether everything that was reserved is published, so that nothing more comes once producers are shut out. */
    boolean isQuiet(Admission admission) {
        long claimed = ring.getCursor();
        if (!admission.isQuiet(claimed + 1)) {
            return false;
        }
        for (long sequence = Math.max(0, claimed - ring.getBufferSize() + 1); sequence <= claimed; sequence++) {
            if (!ring.isAvailable(sequence)) {
                return false;
            }
        }
        return true;
    }
}

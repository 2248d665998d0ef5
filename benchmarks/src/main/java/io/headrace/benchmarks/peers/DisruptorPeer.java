package io.headrace.benchmarks.peers;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.ProducerType;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A bare Disruptor with one consumer: a slot an event, its body copied into an array that the slot keeps, as many slots
 * claimed and published at once as a batch has; a checksum over the batch stands in its last slot. Nothing is leased,
 * counted or limited in bytes, and nothing can be rolled back.
 */
public final class DisruptorPeer extends ChannelPeer {
    private static final int RING_BYTES = 64 << 20;
    private static final int MAX_SLOTS = 1 << 16;
    private static final int MIN_SLOTS = 1 << 10;

    private Bodies bodies;
    private RingBuffer<Slot> ring;
    private EventPoller<Slot> poller;
    private boolean single;

    DisruptorPeer(Path folder) {
        super(folder);
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, DisruptorPeer::new);
    }

    @Override
    protected void open(ChannelWork work, Bodies with) {
        bodies = with;
        int slots = Integer.highestOneBit(Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, RING_BYTES / work.eventBytes())));
        single = work.producers() == 1;
        ring = RingBuffer.create(
                single ? ProducerType.SINGLE : ProducerType.MULTI,
                () -> new Slot(work.eventBytes()),
                slots,
                new YieldingWaitStrategy());
        poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
    }

    @Override
    protected Putter putter(ChannelWork work, int producer) {
        if (single && work.producers() != 1) {
            throw new IllegalArgumentException(
                    "producers: " + work.producers() + " (expected: 1, as when it was made)");
        }
        CRC32C crc = new CRC32C();
        int most = ring.getBufferSize() / 4;
        return (body, events) -> {
            int next = body;
            for (int left = events; left > 0; ) {
                int claimed = Math.min(left, most);
                next = put(work.checksum() ? crc : null, next, claimed);
                left -= claimed;
            }
        };
    }

    private int put(CRC32C crc, int body, int events) {
        int next = body;
        long last = ring.next(events);
        long first = last - events + 1;
        try {
            if (crc != null) {
                crc.reset();
            }
            for (long sequence = first; sequence <= last; sequence++) {
                Slot slot = ring.get(sequence);
                bodies.buffer().get(bodies.offset(next), slot.body);
                if (crc != null) {
                    crc.update(slot.body);
                }
                next = next + 1 == bodies.count() ? 0 : next + 1;
            }
            ring.get(last).checksum = crc == null ? 0 : crc.getValue();
        } finally {
            ring.publish(first, last);
        }
        return next;
    }

    @Override
    protected Taker taker(ChannelWork work, int sink) {
        if (work.sinks() != 1) {
            throw new IllegalArgumentException("sinks: " + work.sinks() + " (expected: 1)");
        }
        return new Taker() {
            private final EventPoller.Handler<Slot> handler = this::read;
            private Sum adding;
            private int count;

            @Override
            public int take(Sum sum) throws Exception {
                adding = sum;
                count = 0;
                if (poller.poll(handler) != EventPoller.PollState.PROCESSING) {
                    Thread.yield();
                }
                return count;
            }

            private boolean read(Slot slot, long sequence, boolean endOfBatch) {
                adding.add(BodySum.of(slot.body));
                return ++count < work.batch();
            }
        };
    }

    @Override
    protected void closeChannel() {
        ring = null;
        poller = null;
    }

    /** What a slot keeps. */
    private static final class Slot {
        private final byte[] body;
        private long checksum;

        Slot(int bytes) {
            body = new byte[bytes];
        }

        @Override
        public String toString() {
            return "Slot{" + body.length + " bytes, checksum=" + checksum + '}';
        }
    }
}

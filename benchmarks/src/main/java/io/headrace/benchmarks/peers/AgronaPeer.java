package io.headrace.benchmarks.peers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Agrona's {@code ManyToOneRingBuffer} of 64 MiB with one consumer: a message a batch (of 1 MiB at most), claimed, each
 * body copied into it behind its length, a checksum before them. Nothing is leased or counted, and nothing can be rolled
 * back.
 */
public final class AgronaPeer extends ChannelPeer {
    private static final int RING_BYTES = 64 << 20;
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final int MESSAGE_TYPE = 1;
    private static final int HEADER_BYTES = Long.BYTES;

    private Bodies bodies;
    private ManyToOneRingBuffer ring;
    private ByteBuffer memory;

    AgronaPeer(Path folder) {
        super(folder);
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, AgronaPeer::new);
    }

    @Override
    protected void open(ChannelWork work, Bodies with) {
        bodies = with;
        memory = ByteBuffer.allocateDirect(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH);
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(memory));
    }

    @Override
    protected Putter putter(ChannelWork work, int producer) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = memory.duplicate();
        int most = Math.max(1, (MAX_MESSAGE_BYTES - HEADER_BYTES) / (work.eventBytes() + Integer.BYTES));
        return (body, events) -> {
            int next = body;
            for (int left = events; left > 0; ) {
                int count = Math.min(left, most);
                next = put(view, work.checksum() ? crc : null, next, count);
                left -= count;
            }
        };
    }

    private int put(ByteBuffer view, CRC32C crc, int body, int events) {
        int length = HEADER_BYTES + events * (Integer.BYTES + bodies.length());
        int start = ring.tryClaim(MESSAGE_TYPE, length);
        while (start < 0) {
            Thread.yield();
            start = ring.tryClaim(MESSAGE_TYPE, length);
        }
        MutableDirectBuffer to = ring.buffer();
        int next = body;
        int at = start + HEADER_BYTES;
        for (int i = 0; i < events; i++) {
            to.putInt(at, bodies.length());
            to.putBytes(at + Integer.BYTES, bodies.buffer(), bodies.offset(next), bodies.length());
            at += Integer.BYTES + bodies.length();
            next = next + 1 == bodies.count() ? 0 : next + 1;
        }
        if (crc != null) {
            crc.reset();
            crc.update(view.limit(at).position(start + HEADER_BYTES));
            to.putLong(start, crc.getValue());
        }
        ring.commit(start);
        return next;
    }

    @Override
    protected Taker taker(ChannelWork work, int sink) {
        if (work.sinks() != 1) {
            throw new IllegalArgumentException("sinks: " + work.sinks() + " (expected: 1)");
        }
        return new Reader();
    }

    @Override
    protected void closeChannel() {
        ring = null;
        memory = null;
    }

    private final class Reader implements Taker {
        private static final int MESSAGES = 16;

        private final MessageHandler handler = this::read;
        private Sum adding;
        private int count;

        @Override
        public int take(Sum sum) {
            adding = sum;
            count = 0;
            if (ring.read(handler, MESSAGES) == 0) {
                Thread.yield();
            }
            return count;
        }

        private void read(int type, MutableDirectBuffer from, int index, int length) {
            int at = index + HEADER_BYTES;
            int end = index + length;
            while (at < end) {
                int body = from.getInt(at);
                adding.add(FrameSum.of(from.byteBuffer(), at + Integer.BYTES, body));
                at += Integer.BYTES + body;
                count++;
            }
        }
    }
}

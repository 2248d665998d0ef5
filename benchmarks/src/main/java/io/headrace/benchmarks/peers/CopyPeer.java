package io.headrace.benchmarks.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What this machine does without any channel: one thread copies bodies behind their lengths into one of a few buffers that are
 * used in turn and computes a checksum over it, another reads every body. All that passes between them are two counters. A
 * channel that does the same work cannot be faster, but for luck.
 */
public final class CopyPeer extends ChannelPeer {
    /** Few enough to stay in the cache, enough that neither thread waits for each single one. */
    private static final int BUFFERS = 8;

    private static final int LENGTH_BYTES = Long.BYTES;

    private Bodies bodies;
    private ByteBuffer[] buffers;
    private int[] counts;

    /** Batches copied, and batches read, in all. */
    private final AtomicLong copied = new AtomicLong();

    private final AtomicLong read = new AtomicLong();

    CopyPeer(Path folder) {
        super(folder);
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, CopyPeer::new);
    }

    @Override
    protected void open(ChannelWork work, Bodies with) {
        bodies = with;
        buffers = new ByteBuffer[BUFFERS];
        counts = new int[BUFFERS];
        for (int i = 0; i < BUFFERS; i++) {
            buffers[i] = ByteBuffer.allocateDirect(work.batch() * (LENGTH_BYTES + bodies.length()))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Override
    protected Putter putter(ChannelWork work, int producer) {
        if (work.producers() != 1) {
            throw new IllegalArgumentException("producers: " + work.producers() + " (expected: 1)");
        }
        CRC32C crc = new CRC32C();
        UnsafeBuffer to = new UnsafeBuffer(0, 0);
        return (body, events) -> {
            long turn = copied.get();
            while (turn - read.get() == BUFFERS) {
                Thread.yield();
            }
            int at = (int) (turn % BUFFERS);
            copy(to, buffers[at], body, events);
            crc.reset();
            crc.update(buffers[at].rewind());
            counts[at] = events;
            copied.set(turn + 1);
        };
    }

    private void copy(UnsafeBuffer to, ByteBuffer buffer, int body, int events) {
        buffer.clear();
        to.wrap(buffer);
        int next = body;
        int at = 0;
        for (int i = 0; i < events; i++) {
            to.putLong(at, bodies.length(), ByteOrder.LITTLE_ENDIAN);
            to.putBytes(at + LENGTH_BYTES, bodies.buffer(), bodies.offset(next), bodies.length());
            at += LENGTH_BYTES + bodies.length();
            next = next + 1 == bodies.count() ? 0 : next + 1;
        }
    }

    @Override
    protected Taker taker(ChannelWork work, int sink) {
        if (work.sinks() != 1) {
            throw new IllegalArgumentException("sinks: " + work.sinks() + " (expected: 1)");
        }
        return sum -> {
            long turn = read.get();
            if (turn == copied.get()) {
                Thread.yield();
                return 0;
            }
            int place = (int) (turn % BUFFERS);
            ByteBuffer buffer = buffers[place];
            int events = counts[place];
            int at = 0;
            for (int i = 0; i < events; i++) {
                int length = (int) buffer.getLong(at);
                sum.add(FrameSum.of(buffer, at + LENGTH_BYTES, length));
                at += LENGTH_BYTES + length;
            }
            read.set(turn + 1);
            return events;
        };
    }

    @Override
    protected void closeChannel() {
        buffers = null;
        counts = null;
    }
}

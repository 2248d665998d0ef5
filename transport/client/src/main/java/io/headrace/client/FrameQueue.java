package io.headrace.client;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLease;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.FrameSupply;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * One stream of a client: the open frame, frames that wait, and frames that are leased to the sender, in order of sequence.
 * What is rolled back waits again, first of all and under the sequence it had, by which a collector knows it.
 *
 * <p>Safe for any thread; leases are ended by the sender's.
 */
final class FrameQueue implements FrameSupply {
    /** A receiver keeps so many sequences above the floor (R6). */
    private static final long WINDOW = 65_536;

    private final StreamId stream;
    private final Headers shared;
    private final FrameBuilder builder;
    private final Producer producer;
    private final IntSupplier host;
    private final Consumer<PendingFrame> delivered;
    private final Consumer<PendingFrame> moved;
    private final ArrayDeque<PendingFrame> waiting = new ArrayDeque<>();
    private final ArrayDeque<PendingFrame> leased = new ArrayDeque<>();
    private final List<PendingFrame.Part> openParts = new ArrayList<>();
    private long openBytes;
    private long lastSequence;
    private long lowWater;
    private int rollbacks;
    private boolean closed;

    /**
     * @param host the one that frames leave for now
     * @param delivered told of a frame that is acknowledged, outside of all locks
     * @param moved told of a frame that leaves for another host than before
     */
    FrameQueue(
            StreamId stream,
            long producerId,
            Headers shared,
            FrameLimits limits,
            ByteBufAllocator allocator,
            IntSupplier host,
            Consumer<PendingFrame> delivered,
            Consumer<PendingFrame> moved) {
        this.stream = stream;
        this.shared = shared;
        this.builder = new FrameBuilder(allocator, limits);
        this.producer = new Producer(producerId);
        this.host = host;
        this.delivered = delivered;
        this.moved = moved;
    }

    /**
     * Adds the events of one append, in order, or none of them when there is no memory; they are neither too large nor too
     * many.
     *
     * @param chargedForEach what an event is charged for besides its bytes
     */
    synchronized void add(Append append, List<Headers> headers, List<byte[]> bodies, long chargedForEach) {
        if (closed) {
            throw new ClientException("the client is closed (expected: append before close)");
        }
        long charged = append.bytes;
        long bytes = charged - chargedForEach * bodies.size();
        boolean fits = reserve(bodies.size(), bytes);
        if (!fits && builder.eventCount() > 0) {
            seal();
            fits = reserve(bodies.size(), bytes);
        }
        if (!fits) {
            addFrames(append, headers, bodies, chargedForEach);
            return;
        }
        openParts.add(new PendingFrame.Part(append, bodies.size()));
        openBytes += charged;
        for (int i = 0; i < bodies.size(); i++) {
            builder.add(headers.get(i), bodies.get(i));
        }
    }

    /** Takes memory in the open frame; false when they do not fit. */
    private boolean reserve(int events, long bytes) {
        if (!builder.isOpen()) {
            builder.begin(shared);
        }
        return builder.reserve(events, bytes);
    }

    /** Adds events that do not fit into one frame, in frames of their own; none is open, or an empty one. */
    private void addFrames(Append append, List<Headers> headers, List<byte[]> bodies, long chargedForEach) {
        List<PendingFrame> frames = new ArrayList<>();
        try {
            long charged = 0;
            for (int i = 0; i < bodies.size(); i++) {
                if (!builder.isOpen()) {
                    builder.begin(shared);
                }
                if (!builder.add(headers.get(i), bodies.get(i))) {
                    frames.add(frameOf(append, charged));
                    charged = 0;
                    builder.begin(shared);
                    builder.add(headers.get(i), bodies.get(i));
                }
                charged += charge(headers.get(i), bodies.get(i), chargedForEach);
            }
            frames.add(frameOf(append, charged));
        } catch (RuntimeException | Error e) {
            builder.discard();
            frames.forEach(frame -> frame.frame.release());
            throw e;
        }
        frames.forEach(this::put);
    }

    private PendingFrame frameOf(Append append, long charged) {
        List<PendingFrame.Part> parts = List.of(new PendingFrame.Part(append, builder.eventCount()));
        return new PendingFrame(build(), charged, parts);
    }

    static long charge(Headers headers, byte[] body, long chargedForEach) {
        return (long) headers.encodedLength() + body.length + chargedForEach;
    }

    private void seal() {
        List<PendingFrame.Part> parts = List.copyOf(openParts);
        put(new PendingFrame(build(), openBytes, parts));
        openParts.clear();
        openBytes = 0;
    }

    private Frame build() {
        return builder.build(producer, System.currentTimeMillis() * 1_000);
    }

    private void put(PendingFrame frame) {
        frame.sequence = ++lastSequence;
        waiting.add(frame);
    }

    /** Takes what another queue gave up; its frames get sequences of this stream. */
    synchronized void take(List<PendingFrame> frames) {
        frames.forEach(this::put);
    }

    /** Gives up everything that is not leased: it will never be sent on this stream. */
    synchronized List<PendingFrame> giveUp() {
        if (builder.eventCount() > 0) {
            seal();
        }
        List<PendingFrame> all = new ArrayList<>(waiting);
        waiting.clear();
        advance();
        return all;
    }

    /** Gives up everything for good, leased or not; nobody uses a lease any more. */
    synchronized List<PendingFrame> close() {
        rollbackAll();
        List<PendingFrame> all = giveUp();
        closed = true;
        builder.close();
        return all;
    }

    @Override
    public int ordinal() {
        return 0;
    }

    @Override
    public StreamId streamId() {
        return stream;
    }

    @Override
    public synchronized long lowWater() {
        return lowWater;
    }

    /** The low-water mark: below the first frame that is not acknowledged. */
    private void advance() {
        PendingFrame first = leased.isEmpty() ? waiting.peek() : leased.peek();
        lowWater = first == null ? lastSequence : first.sequence - 1;
    }

    @Override
    public synchronized FrameLease tryLease(int maxEvents, long maxBytes) {
        if (waiting.isEmpty() && builder.eventCount() > 0) {
            seal();
        }
        List<PendingFrame> frames = new ArrayList<>();
        int events = 0;
        long bytes = 0;
        PendingFrame next = waiting.peek();
        while (next != null
                && next.sequence <= lowWater + WINDOW
                && (frames.isEmpty()
                        || events + next.frame.eventCount() <= maxEvents && bytes + next.frame.length() <= maxBytes)) {
            waiting.poll();
            leased.add(next);
            frames.add(next);
            events += next.frame.eventCount();
            bytes += next.frame.length();
            next = waiting.peek();
        }
        return frames.isEmpty() ? null : new Lease(frames, events, rollbacks);
    }

    private void rollbackAll() {
        rollbacks++;
        while (!leased.isEmpty()) {
            waiting.addFirst(leased.pollLast());
        }
    }

    private final class Lease implements FrameLease {
        private final List<PendingFrame> frames;
        private final int events;
        private final int life;
        private int left;

        Lease(List<PendingFrame> frames, int events, int life) {
            this.frames = frames;
            this.events = events;
            this.life = life;
        }

        @Override
        public int size() {
            return frames.size();
        }

        @Override
        public Frame frame(int index) {
            return frames.get(index).frame;
        }

        @Override
        public long sequence(int index) {
            return frames.get(index).sequence;
        }

        @Override
        public int events() {
            return events;
        }

        @Override
        public void sent(int count) {
            int to = host.getAsInt();
            while (left < count) {
                PendingFrame frame = frames.get(left++);
                if (frame.leavesFor(to)) {
                    moved.accept(frame);
                }
            }
        }

        @Override
        public void commit() {
            synchronized (FrameQueue.this) {
                if (life != rollbacks) {
                    throw new IllegalStateException("a lease that was rolled back (expected: an open one)");
                }
                for (PendingFrame frame : frames) {
                    if (leased.poll() != frame) {
                        throw new IllegalStateException(
                                "frame " + frame.sequence + " (expected: the first one leased)");
                    }
                }
                advance();
            }
            frames.forEach(delivered);
        }

        /** All leases go back with the first one. */
        @Override
        public void rollback() {
            synchronized (FrameQueue.this) {
                if (life == rollbacks) {
                    rollbackAll();
                }
            }
        }
    }
}

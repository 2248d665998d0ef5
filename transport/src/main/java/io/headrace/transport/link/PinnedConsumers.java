package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Shares out what one sink leases among its connections: the frames of a producer go to one of those that stand, so that
 * its order holds. A lease of the channel is committed when all of its frames are answered, over whichever connection.
 *
 * <p>When a connection is lost, its frames wait here and nothing more is leased until the others have their answers;
 * then all that is open goes back to the channel, and producers are shared out anew among the connections that stand.
 * When one comes back, the same, with nothing to give back. So a producer changes its connection only while none of its
 * frames is open; what the lost connection may still bring to the receiver is in the same order, and a duplicate there.
 *
 * <p>Owned by the one thread that drives the senders.
 */
public final class PinnedConsumers {
    /** The place of a sink among those of its channel takes the low bits of a connection's number. */
    static final int NUMBER_SHIFT = 16;

    private final ChannelConsumer consumer;
    private final List<Part> parts = new ArrayList<>();
    private final ArrayDeque<Whole> wholes = new ArrayDeque<>();
    private List<Part> pinned = List.of();
    private boolean stale = true;
    private long order;
    private int openLeases;
    private long waitingBytes;

    /** @param connections how many to share among, at least 1 */
    public PinnedConsumers(ChannelConsumer consumer, int connections) {
        this.consumer = consumer;
        for (int i = 0; i < connections; i++) {
            parts.add(new Part(i));
        }
    }

    /** What the sender of one connection leases from; its listener is never called. */
    public ChannelConsumer part(int connection) {
        return parts.get(connection);
    }

    /**
     * Says whether a connection stands; before its sender is driven, each time, and after.
     *
     * @return whether the frames were shared out anew, so that other connections may lease
     */
    public boolean stands(int connection, boolean up) {
        Part part = parts.get(connection);
        if (part.up != up) {
            part.up = up;
            stale = true;
        }
        return settle();
    }

    /** Gives back what is open; the senders have ended. */
    public void close() {
        giveBack();
    }

    /** Shares out anew, once that moves nobody's frames from one connection to another. */
    private boolean settle() {
        if (!stale || openLeases > 0) {
            return false;
        }
        for (Part part : parts) {
            if (part.up && !part.waiting.isEmpty()) {
                return false;
            }
        }
        giveBack();
        pinned = parts.stream().filter(part -> part.up).toList();
        stale = pinned.isEmpty();
        return !stale;
    }

    private void giveBack() {
        parts.forEach(part -> part.waiting.clear());
        waitingBytes = 0;
        // First lease first, so that the channel leases them again in its order.
        Whole whole = wholes.poll();
        while (whole != null) {
            whole.lease.rollback();
            whole = wholes.poll();
        }
    }

    private boolean lease(int maxEvents, long maxBytes) {
        Lease lease = consumer.tryLease(maxEvents, maxBytes);
        if (lease == null) {
            return false;
        }
        Whole whole = new Whole(lease);
        wholes.add(whole);
        for (int i = 0; i < lease.size(); i++) {
            long producer = lease.frame(i).producerId();
            // Ids are random, but of derived ones only the hash is known to be.
            int hash = Long.hashCode(producer * 0x9E3779B97F4A7C15L);
            pinned.get(Math.floorMod(hash, pinned.size())).await(new Entry(whole, i, order++));
        }
        return true;
    }

    private void answered(Whole whole) {
        whole.open--;
        if (whole.open == 0) {
            wholes.remove(whole);
            whole.lease.commit();
        }
    }

    /** A lease of the channel. */
    private static final class Whole {
        private final Lease lease;
        private int open;
        private int sent;

        Whole(Lease lease) {
            this.lease = lease;
            this.open = lease.size();
        }

        void sent(int upTo) {
            if (upTo > sent) {
                sent = upTo;
                lease.sent(upTo);
            }
        }
    }

    /** A frame of one. */
    private record Entry(Whole whole, int index, long order) {
        Frame frame() {
            return whole.lease.frame(index);
        }
    }

    private final class Part implements ChannelConsumer {
        private final int connection;
        private final PriorityQueue<Entry> waiting = new PriorityQueue<>(Comparator.comparingLong(Entry::order));
        private boolean up;
        private boolean leavesInFile;

        Part(int connection) {
            this.connection = connection;
        }

        void await(Entry entry) {
            waiting.add(entry);
            waitingBytes += entry.frame().length();
        }

        @Override
        public String name() {
            return consumer.name();
        }

        @Override
        public int ordinal() {
            return consumer.ordinal() | connection << NUMBER_SHIFT;
        }

        @Override
        public StreamId streamId() {
            return consumer.streamId();
        }

        @Override
        public long lowWater() {
            return consumer.lowWater();
        }

        @Override
        public Lease tryLease(int maxEvents, long maxBytes) {
            settle();
            while (waiting.isEmpty()) {
                if (stale || waitingBytes >= maxBytes * parts.size() || !lease(maxEvents, maxBytes)) {
                    return null;
                }
            }
            PartLease lease = new PartLease(this);
            Entry next = waiting.peek();
            while (next != null && lease.hasRoomFor(next.frame(), maxEvents, maxBytes)) {
                lease.add(waiting.poll());
                waitingBytes -= next.frame().length();
                next = waiting.peek();
            }
            openLeases++;
            return lease;
        }

        @Override
        public void leaveInFile(boolean leave) {
            leavesInFile = leave;
            consumer.leaveInFile(parts.stream().allMatch(part -> part.leavesInFile));
        }

        @Override
        public void setListener(Runnable listener) {
            throw new UnsupportedOperationException("the sink listens for all of its connections");
        }

        @Override
        public byte[] recoveredToken() {
            return null;
        }

        @Override
        public boolean keepsTokens() {
            return false;
        }

        @Override
        public long saveToken(byte[] token) {
            throw new UnsupportedOperationException("a part of a sink keeps no tokens");
        }

        @Override
        public long checkpointedTokenVersion() {
            return 0;
        }
    }

    /** Frames of one connection. */
    private final class PartLease implements Lease {
        private final Part part;
        private final List<Entry> entries = new ArrayList<>();
        private int events;
        private long bytes;
        private boolean ended;

        PartLease(Part part) {
            this.part = part;
        }

        boolean hasRoomFor(Frame frame, int maxEvents, long maxBytes) {
            return entries.isEmpty() || events + frame.eventCount() <= maxEvents && bytes + frame.length() <= maxBytes;
        }

        void add(Entry entry) {
            entries.add(entry);
            events += entry.frame().eventCount();
            bytes += entry.frame().length();
        }

        @Override
        public int size() {
            return entries.size();
        }

        @Override
        public Frame frame(int index) {
            return entries.get(index).frame();
        }

        @Override
        public long sequence(int index) {
            Entry entry = entries.get(index);
            return entry.whole().lease.sequence(entry.index());
        }

        @Override
        public int events() {
            return events;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void sent(int frames) {
            for (int i = 0; i < frames; i++) {
                Entry entry = entries.get(i);
                entry.whole().sent(entry.index() + 1);
            }
        }

        @Override
        public void commit() {
            end();
            entries.forEach(entry -> answered(entry.whole()));
            settle();
        }

        @Override
        public long commit(byte[] token) {
            throw new UnsupportedOperationException("a part of a sink keeps no tokens");
        }

        @Override
        public void rollback() {
            end();
            // The state of the connection is told next, and with it what happens to them.
            entries.forEach(part::await);
            stale = true;
        }

        private void end() {
            if (ended) {
                throw new IllegalStateException("lease of connection " + part.connection + ": ended before");
            }
            ended = true;
            openLeases--;
        }
    }
}

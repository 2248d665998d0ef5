package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** The sending channel as a model: a map of frames, what is leased, what is committed, and what a crash forgets of it. */
public final class ModelSource implements ChannelConsumer {
    private final StreamId stream;
    private final TreeMap<Long, Frame> frames = new TreeMap<>();
    private final TreeSet<Long> free = new TreeSet<>();
    private final TreeSet<Long> committed = new TreeSet<>();
    private final List<Long> committedInOrder = new ArrayList<>();
    private long last;
    private int life;
    private int openLeases;
    private Runnable listener = () -> {};

    public ModelSource(StreamId stream) {
        this.stream = stream;
    }

    /** Appends a frame, whose reference is taken over, after a hole of {@code hole} sequences. */
    public long append(Frame frame, int hole) {
        Runnable wake;
        long sequence;
        synchronized (this) {
            last += hole + 1;
            sequence = last;
            frames.put(sequence, frame);
            free.add(sequence);
            wake = listener;
        }
        wake.run();
        return sequence;
    }

    /** Forgets leases and the commits since the last checkpoint. */
    public synchronized void crash() {
        life++;
        openLeases = 0;
        listener = () -> {};
        committed.clear();
        free.clear();
        free.addAll(frames.keySet());
    }

    /** Commits up to now survive a crash. */
    public synchronized void checkpoint() {
        committed.forEach(sequence -> frames.remove(sequence).release());
        committed.clear();
    }

    /** Whether everything is committed. */
    public synchronized boolean isEmpty() {
        return committed.size() == frames.size();
    }

    public synchronized int openLeases() {
        return openLeases;
    }

    public synchronized Frame frame(long sequence) {
        return frames.get(sequence);
    }

    /** Sequences in the order in which they were committed; a crash may make some appear again. */
    public synchronized List<Long> committedInOrder() {
        return List.copyOf(committedInOrder);
    }

    public synchronized void close() {
        frames.values().forEach(Frame::release);
        frames.clear();
        free.clear();
        committed.clear();
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public int ordinal() {
        return 3;
    }

    @Override
    public StreamId streamId() {
        return stream;
    }

    @Override
    public synchronized long lowWater() {
        for (long sequence : frames.keySet()) {
            if (!committed.contains(sequence)) {
                return sequence - 1;
            }
        }
        return last;
    }

    @Override
    public synchronized Lease tryLease(int maxEvents, long maxBytes) {
        List<Long> taken = new ArrayList<>();
        int events = 0;
        long bytes = 0;
        while (!free.isEmpty()) {
            Frame frame = frames.get(free.first());
            if (!taken.isEmpty() && (events + frame.eventCount() > maxEvents || bytes + frame.length() > maxBytes)) {
                break;
            }
            events += frame.eventCount();
            bytes += frame.length();
            taken.add(free.pollFirst());
        }
        if (taken.isEmpty()) {
            return null;
        }
        openLeases++;
        return new ModelLease(List.copyOf(taken), events, bytes, life);
    }

    @Override
    public synchronized void setListener(Runnable newListener) {
        listener = newListener;
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
        throw new UnsupportedOperationException("tokens");
    }

    @Override
    public long checkpointedTokenVersion() {
        return 0;
    }

    private final class ModelLease implements Lease {
        private final List<Long> sequences;
        private final int events;
        private final long bytes;
        private final int leasedIn;
        private boolean ended;

        ModelLease(List<Long> sequences, int events, long bytes, int leasedIn) {
            this.sequences = sequences;
            this.events = events;
            this.bytes = bytes;
            this.leasedIn = leasedIn;
        }

        @Override
        public int size() {
            return sequences.size();
        }

        @Override
        public Frame frame(int index) {
            synchronized (ModelSource.this) {
                return frames.get(sequences.get(index));
            }
        }

        @Override
        public long sequence(int index) {
            return sequences.get(index);
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
        public void commit() {
            synchronized (ModelSource.this) {
                if (end()) {
                    committed.addAll(sequences);
                    committedInOrder.addAll(sequences);
                }
            }
        }

        @Override
        public long commit(byte[] token) {
            throw new UnsupportedOperationException("tokens");
        }

        @Override
        public void rollback() {
            synchronized (ModelSource.this) {
                if (end()) {
                    free.addAll(sequences);
                }
            }
        }

        private boolean end() {
            if (leasedIn != life) {
                return false;
            }
            if (ended) {
                throw new IllegalStateException("lease was ended before");
            }
            ended = true;
            openLeases--;
            return true;
        }
    }
}

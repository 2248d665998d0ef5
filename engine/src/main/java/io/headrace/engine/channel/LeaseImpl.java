package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import java.util.Arrays;

/**
 * Frames handed to a sink. Filled by {@link TakeSide} under its lock, immutable for the holder; its end is decided under
 * that lock too. As a command it tells the journal what was committed.
 */
final class LeaseImpl implements Lease, JournalCommand {
    /** Where a lease stands; guarded by the take side's lock. */
    enum State {
        OPEN,
        /** Rolled back with an earlier lease of the same consumer; its holder has yet to end it. */
        CASCADED,
        /** The channel failed or closed; its holder has yet to end it. */
        VOID,
        ENDED
    }

    private static final int LEAST_ROOM = 4;
    private static final int MOST_ROOM = 256;

    final ConsumerImpl consumer;
    State state = State.OPEN;

    // Open leases of a consumer, oldest first; guarded by the take side's lock.
    LeaseImpl previous;
    LeaseImpl next;

    byte[] token;
    long tokenVersion;

    private final TakeSide owner;
    private Frame[] frames;
    /** Above that of the first frame: a lease is no wider than the window (R6). */
    private int[] sequences;

    private long[] publishedNanos;
    private int[] eventCounts;
    private long firstSequence;
    private int size;
    private int events;
    private long bytes;

    /** @param expected frames, as far as is known, so that arrays are neither too large nor copied */
    LeaseImpl(TakeSide owner, ConsumerImpl consumer, long expected) {
        this.owner = owner;
        this.consumer = consumer;
        int room = (int) Math.max(LEAST_ROOM, Math.min(MOST_ROOM, expected));
        frames = new Frame[room];
        sequences = new int[room];
        publishedNanos = new long[room];
        eventCounts = new int[room];
    }

    void add(TakenFrame entry) {
        if (size == frames.length) {
            frames = Arrays.copyOf(frames, size * 2);
            sequences = Arrays.copyOf(sequences, size * 2);
            publishedNanos = Arrays.copyOf(publishedNanos, size * 2);
            eventCounts = Arrays.copyOf(eventCounts, size * 2);
        }
        frames[size] = entry.frame;
        if (size == 0) {
            firstSequence = entry.sequence;
        }
        sequences[size] = Math.toIntExact(entry.sequence - firstSequence);
        publishedNanos[size] = entry.publishedNanos;
        eventCounts[size] = entry.events;
        size++;
        events += entry.events;
        bytes += entry.frame.length();
    }

    boolean hasRoomFor(int moreEvents, long moreBytes, int maxEvents, long maxBytes) {
        return size == 0 || (long) events + moreEvents <= maxEvents && bytes + moreBytes <= maxBytes;
    }

    /** When the frame was published, or 0 when it came from the log. */
    long publishedNanos(int index) {
        return publishedNanos[index];
    }

    /** Events of one frame, also after it was released. */
    int events(int index) {
        return eventCounts[index];
    }

    void releaseFrames() {
        for (int i = 0; i < size; i++) {
            frames[i].release();
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Frame frame(int index) {
        return frames[index];
    }

    @Override
    public long sequence(int index) {
        return firstSequence + sequences[index];
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
        owner.commit(this, null);
    }

    @Override
    public long commit(byte[] newToken) {
        return owner.commit(this, newToken.clone());
    }

    @Override
    public void rollback() {
        owner.rollback(this);
    }

    @Override
    public void applyTo(Journal journal) {
        journal.committed(this);
    }
}

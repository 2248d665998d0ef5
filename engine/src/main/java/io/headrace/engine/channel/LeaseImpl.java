package io.headrace.engine.channel;

import io.headrace.frame.Frame;

/**
 * Frames handed to a sink, once: when it has ended, its {@link LeaseRoom} may be another lease's, and it has none, until its
 * holder makes it {@linkplain #begin another lease}. Its end is decided under the take side's lock.
 */
final class LeaseImpl implements Lease {
    /** Where a lease stands; guarded by the take side's lock. */
    enum State {
        OPEN,
        /** Rolled back with an earlier lease of the same consumer; its holder has yet to end it. */
        CASCADED,
        /** The channel failed or closed; its holder has yet to end it. */
        VOID,
        ENDED
    }

    final ConsumerImpl consumer;
    State state;

    // Open leases of a consumer, oldest first; guarded by the take side's lock.
    LeaseImpl previous;
    LeaseImpl next;

    private final TakeSide owner;
    private long firstSequence;
    private int size;
    private int events;
    private long bytes;

    /** Null once the lease has ended. */
    private LeaseRoom room;

    /** @param room with everything that is leased, at least one frame */
    LeaseImpl(TakeSide owner, LeaseRoom room) {
        this.owner = owner;
        this.consumer = room.consumer;
        begin(room);
    }

    /** Is the lease of this room from now on, under the take side's lock. */
    void begin(LeaseRoom newRoom) {
        room = newRoom;
        state = State.OPEN;
        firstSequence = newRoom.sequence(0);
        size = newRoom.size();
        events = newRoom.events();
        bytes = newRoom.bytes();
    }

    /** Whether its holder has ended it, so that it may be another one. */
    boolean isEnded() {
        return state == State.ENDED;
    }

    /** Ends it, under the take side's lock: what it held is the caller's. Null when it had ended before. */
    LeaseRoom end() {
        LeaseRoom held = room;
        room = null;
        state = State.ENDED;
        return held;
    }

    private LeaseRoom room() {
        LeaseRoom held = room;
        if (held == null) {
            throw endedBefore();
        }
        return held;
    }

    IllegalStateException endedBefore() {
        return new IllegalStateException("lease from sequence " + firstSequence + ": ended before (expected: open)");
    }

    IllegalStateException notEnded() {
        return new IllegalStateException("lease from sequence " + firstSequence + ": " + state + " (expected: ENDED)");
    }

    IllegalStateException rolledBackBefore() {
        return new IllegalStateException(
                "lease from sequence " + firstSequence + ": rolled back with an earlier one (expected: open)");
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Frame frame(int index) {
        return room().frame(index);
    }

    @Override
    public long sequence(int index) {
        return room().sequence(index);
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
}

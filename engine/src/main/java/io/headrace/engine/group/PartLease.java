package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** Parts of frames in the hands of a sink, with a reference of its own to each. Its end is decided under the group's lock. */
final class PartLease implements Lease {
    /** Where a lease stands; guarded by the group's lock. */
    enum State {
        OPEN,
        /** Rolled back with an earlier one of the same sink; its holder has yet to end it. */
        CASCADED,
        /** The channel is gone; its holder has yet to end it. */
        VOID,
        ENDED
    }

    final MemberConsumer consumer;
    final List<HashSharing.Part> parts = new ArrayList<>();
    State state = State.OPEN;

    private final HashSharing owner;
    private int events;
    private long bytes;
    private volatile int sent = -1;
    private boolean released;

    PartLease(HashSharing owner, MemberConsumer consumer) {
        this.owner = owner;
        this.consumer = consumer;
    }

    void add(HashSharing.Part part) {
        part.frame.retain();
        parts.add(part);
        events += part.frame.eventCount();
        bytes += part.frame.length();
    }

    boolean hasRoomFor(HashSharing.Part part, MemberConsumer.Wants wants) {
        return (long) events + part.frame.eventCount() <= wants.maxEvents()
                && bytes + part.frame.length() <= wants.maxBytes();
    }

    int sentFrames() {
        return sent < 0 ? parts.size() : Math.min(sent, parts.size());
    }

    void releaseFrames() {
        if (!released) {
            released = true;
            parts.forEach(part -> part.frame.release());
        }
    }

    static void refuseUnlessCommittable(State before) {
        if (before == State.CASCADED) {
            throw new IllegalStateException("lease: rolled back with an earlier one (expected: open)");
        }
        refuseIfEnded(before);
    }

    static void refuseIfEnded(State before) {
        if (before == State.ENDED) {
            throw new IllegalStateException("lease: ended before (expected: open)");
        }
    }

    @Override
    public void sent(int frames) {
        sent = Math.max(sent, frames);
    }

    @Override
    public int size() {
        return parts.size();
    }

    @Override
    public Frame frame(int index) {
        return parts.get(index).frame;
    }

    @Override
    public long sequence(int index) {
        return parts.get(index).sequence;
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
        owner.commit(this);
    }

    @Override
    public long commit(byte[] token) {
        owner.commit(this);
        return 0;
    }

    @Override
    public void rollback() {
        owner.rollback(this);
    }
}

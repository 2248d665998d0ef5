package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;

/** A lease of the channel in the hands of a group's sink. */
final class MemberLease implements Lease {
    final MemberConsumer consumer;
    final Lease base;

    /** Below 0 for a sink that does not say. */
    private volatile int sent = -1;

    /** Whether no sink has it yet; guarded by the group's lock. */
    private boolean aside;

    /** Those of its frames, before the channel forgets them with its end; guarded by the group's lock. */
    private long[] sequences;

    MemberLease(MemberConsumer consumer, Lease base) {
        this.consumer = consumer;
        this.base = base;
    }

    void putAside(boolean now) {
        aside = now;
    }

    /** Before it is committed: what was delivered is noted after that. Under the group's lock. */
    void keepSequences() {
        if (sequences == null) {
            long[] kept = new long[base.size()];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = base.sequence(i);
            }
            sequences = kept;
        }
    }

    /** As {@link #sequence}, also once it was committed. Under the group's lock. */
    long keptSequence(int index) {
        return sequences == null ? base.sequence(index) : sequences[index];
    }

    /** How many of its frames, the first ones, the receiver may have: all where the sink does not say. */
    int sentFrames() {
        return aside ? 0 : sent < 0 ? base.size() : sent;
    }

    @Override
    public void sent(int frames) {
        sent = Math.max(sent, frames);
    }

    @Override
    public int size() {
        return base.size();
    }

    @Override
    public Frame frame(int index) {
        return base.frame(index);
    }

    @Override
    public long sequence(int index) {
        return base.sequence(index);
    }

    @Override
    public int events() {
        return base.events();
    }

    @Override
    public long bytes() {
        return base.bytes();
    }

    @Override
    public void commit() {
        consumer.member.commit(this, null);
    }

    @Override
    public long commit(byte[] token) {
        return consumer.member.commit(this, token);
    }

    @Override
    public void rollback() {
        consumer.member.rollback(this);
    }
}

package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;

/** A lease of the channel in the hands of a group's sink. */
final class MemberLease implements Lease {
    final MemberConsumer consumer;
    final Lease base;
    private volatile int sent;

    MemberLease(MemberConsumer consumer, Lease base) {
        this.consumer = consumer;
        this.base = base;
    }

    /** How many of its frames, the first ones, the receiver may have. */
    int sentFrames() {
        return sent;
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

package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;

/** Whoever asks gets what is next. */
final class AskedSharing implements Sharing {
    private final SinkGroup group;

    AskedSharing(SinkGroup group) {
        this.group = group;
    }

    @Override
    public Lease lease(MemberConsumer asking) {
        return asking.member.leaseFrom(asking);
    }

    @Override
    public void joined(MemberConsumer consumer) {
        group.sentFrames().onStream(consumer.base.streamId());
    }

    @Override
    public void withdraw(MemberConsumer consumer) {
        // Nothing is put aside.
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public ConsumerView view(MemberConsumer consumer) {
        return new ConsumerView.OfChannel(consumer.base);
    }

    @Override
    public void look() {
        group.forgetCommitted();
    }

    @Override
    public void close() {
        // Each sink ends its own leases.
    }
}

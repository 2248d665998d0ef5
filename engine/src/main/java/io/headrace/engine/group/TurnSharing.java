package io.headrace.engine.group;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.SinkSelector;
import java.util.ArrayList;
import java.util.List;

/**
 * Where several sinks wait, a selector says which gets what is next; it is put aside for that sink, and the sink is told.
 * No lease waits for a sink that did not ask for it, so one that is slow or stuck holds up nobody; under load, where all are
 * busy, whoever has room takes.
 */
final class TurnSharing implements Sharing {
    private final SinkGroup group;
    private final SinkSelector selector;

    TurnSharing(SinkGroup group, SinkSelector selector) {
        this.group = group;
        this.selector = selector;
    }

    @Override
    public Lease lease(MemberConsumer asking) {
        MemberLease aside = asking.assigned;
        if (aside != null) {
            asking.assigned = null;
            asking.waiting = false;
            aside.putAside(false);
            return aside;
        }
        asking.waiting = true;
        while (true) {
            MemberConsumer chosen = chosen();
            MemberLease lease = chosen.member.leaseFrom(chosen);
            if (lease == null) {
                // Each that waits asks the channel itself, so that the channel tells it of news.
                return chosen == asking ? null : taken(asking);
            }
            selector.served(chosen.member);
            chosen.waiting = false;
            if (chosen == asking) {
                return lease;
            }
            chosen.assigned = lease;
            lease.putAside(true);
            group.tell(chosen);
        }
    }

    private MemberLease taken(MemberConsumer by) {
        MemberLease lease = by.member.leaseFrom(by);
        if (lease != null) {
            selector.served(by.member);
            by.waiting = false;
        }
        return lease;
    }

    private MemberConsumer chosen() {
        List<GroupMember> waiting = new ArrayList<>();
        for (GroupMember member : group.members()) {
            MemberConsumer consumer = member.consumer();
            if (member.isActive() && consumer != null && consumer.waiting) {
                waiting.add(member);
            }
        }
        return turnOf(waiting, selector.select(List.copyOf(waiting)));
    }

    private static MemberConsumer turnOf(List<GroupMember> waiting, int index) {
        if (index < 0 || index >= waiting.size()) {
            throw new IllegalStateException(
                    "sink selector: index " + index + " (expected: 0 to " + (waiting.size() - 1) + ")");
        }
        return waiting.get(index).consumer();
    }

    @Override
    public void joined(MemberConsumer consumer) {
        group.sentFrames().onStream(consumer.base.streamId());
    }

    @Override
    public void withdraw(MemberConsumer consumer) {
        consumer.waiting = false;
        MemberLease aside = consumer.assigned;
        if (aside != null) {
            consumer.member.rollback(aside);
        }
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
        group.members().forEach(member -> {
            if (member.consumer() != null) {
                withdraw(member.consumer());
            }
        });
    }
}

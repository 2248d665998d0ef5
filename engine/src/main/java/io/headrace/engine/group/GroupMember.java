package io.headrace.engine.group;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.SinkProcessor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A sink of a group, through all of its lives. Safe for any thread. */
public final class GroupMember implements SinkProcessor.Member {
    private final SinkGroup group;
    private final String name;
    private final int index;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();

    // Written under the group's lock.
    private volatile boolean active;
    private volatile boolean healthy = true;
    private volatile int openLeases;
    private volatile long failedNanos;
    private volatile MemberConsumer consumer;

    GroupMember(SinkGroup group, String name, int index) {
        this.group = group;
        this.name = name;
        this.index = index;
    }

    /**
     * Begins a life of the sink.
     *
     * @param channel names the channel as it is open now
     * @param consumers of the group's sinks on it, by name
     * @return what the sink takes from
     */
    public ChannelConsumer join(Object channel, Function<String, ChannelConsumer> consumers) {
        MemberConsumer joining = new MemberConsumer(this, channel, consumers);
        group.locked(() -> {
            group.sharing().joined(joining);
            joining.view(group.sharing().view(joining));
            consumer = joining;
        });
        group.changed();
        return joining;
    }

    /** Ends a life of the sink. */
    public void leave(String reason) {
        group.locked(() -> {
            MemberConsumer leaving = consumer;
            if (leaving != null) {
                group.sharing().withdraw(leaving);
                consumer = null;
            }
        });
        trouble(reason);
    }

    /** The sink says that it can work. */
    public void well() {
        if (!healthy) {
            boolean[] news = new boolean[1];
            group.locked(() -> {
                news[0] = !healthy;
                healthy = true;
            });
            if (news[0]) {
                group.isWell(this, failedNanos);
            }
        }
    }

    /** The sink says that it cannot do its work now. */
    public void trouble(String reason) {
        boolean[] news = new boolean[1];
        group.locked(() -> {
            news[0] = healthy;
            healthy = false;
            if (news[0]) {
                failures.incrementAndGet();
                failedNanos = group.nanoTime();
            }
            MemberConsumer now = consumer;
            if (now != null) {
                group.sharing().withdraw(now);
            }
        });
        if (news[0]) {
            group.hasFailed(this, reason);
        }
    }

    // ---- the processor's view

    @Override
    public String name() {
        return name;
    }

    @Override
    public void setActive(boolean now) {
        boolean[] news = new boolean[1];
        group.locked(() -> {
            news[0] = active != now;
            active = now;
            if (news[0] && !now && consumer != null) {
                group.sharing().withdraw(consumer);
            }
        });
        if (news[0]) {
            group.switched(this, now);
            group.wakeAll();
        }
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public boolean isHealthy() {
        return healthy && consumer != null;
    }

    @Override
    public long failures() {
        return failures.get();
    }

    @Override
    public long deliveredEvents() {
        return delivered.get();
    }

    @Override
    public int openLeases() {
        return openLeases;
    }

    // ---- the sink's side

    int index() {
        return index;
    }

    long bit() {
        return 1L << index;
    }

    MemberConsumer consumer() {
        return consumer;
    }

    boolean isDirect() {
        return group.sharing().isDirect();
    }

    /** Asking says that the sink is ready for a try. */
    Lease lease(MemberConsumer asking, int maxEvents, long maxBytes) {
        if (consumer == asking) {
            well();
        }
        Lease[] lease = new Lease[1];
        group.locked(() -> {
            if (active && consumer == asking) {
                asking.wants = new MemberConsumer.Wants(maxEvents, maxBytes);
                lease[0] = group.sharing().lease(asking);
            }
        });
        group.wakeTold();
        return lease[0];
    }

    /** Leases from the channel what the sink asked for last; under the lock. */
    MemberLease leaseFrom(MemberConsumer asking) {
        Lease base = asking.base.tryLease(asking.wants.maxEvents(), asking.wants.maxBytes());
        if (base == null) {
            return null;
        }
        MemberLease lease = new MemberLease(asking, base);
        asking.open.add(lease);
        opened();
        return lease;
    }

    void opened() {
        openLeases++;
    }

    void ended() {
        openLeases--;
        if (openLeases == 0 && !active) {
            group.changed();
        }
    }

    void delivered(int events) {
        delivered.addAndGet(events);
        group.hasDelivered(this);
    }

    long commit(MemberLease lease, byte[] token) {
        long moved = group.movedBy(lease);
        int events = lease.events();
        long version = 0;
        boolean done = false;
        try {
            if (token == null) {
                lease.base.commit();
            } else {
                version = lease.base.commit(token);
            }
            done = true;
        } finally {
            boolean committed = done;
            group.locked(() -> {
                if (committed) {
                    group.sentFrames().delivered(lease);
                }
                end(lease);
            });
        }
        group.moved(moved);
        delivered(events);
        return version;
    }

    /**
     * Later leases of the sink fall with this one and may be with another sink at once, so what was sent of them is written
     * down before.
     */
    void rollback(MemberLease lease) {
        group.locked(() -> {
            MemberConsumer its = lease.consumer;
            MemberLease aside = its.assigned;
            its.assigned = null;
            int from = its.open.indexOf(lease);
            for (int i = Math.max(0, from); from >= 0 && i < its.open.size(); i++) {
                group.sentFrames().givenBack(its.open.get(i));
            }
            end(lease);
            lease.base.rollback();
            if (aside != null && aside != lease) {
                end(aside);
                aside.base.rollback();
            }
        });
    }

    private void end(MemberLease lease) {
        if (lease.consumer.open.remove(lease)) {
            ended();
        }
    }
}

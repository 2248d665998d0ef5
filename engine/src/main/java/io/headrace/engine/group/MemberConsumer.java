package io.headrace.engine.group;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.wal.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The way of a group's sink into the channel: gives it leases while the group lets it. One for each life of the sink. The
 * state of the take is guarded by the group's lock.
 */
final class MemberConsumer implements ChannelConsumer {
    /** What a sink asked for last. */
    record Wants(int maxEvents, long maxBytes) {}

    final GroupMember member;
    final Object channel;
    final ChannelConsumer base;
    final Function<String, ChannelConsumer> others;

    Wants wants = new Wants(1, 1);

    /** Whether it asked and got nothing since; read without the lock by who tells of news. */
    volatile boolean waiting;

    /** Put aside for it by another sink that asked. */
    MemberLease assigned;

    /** Taken and not ended, oldest first. */
    final List<MemberLease> open = new ArrayList<>();

    private volatile Runnable listener;
    private volatile ConsumerView view;

    MemberConsumer(GroupMember member, Object channel, Function<String, ChannelConsumer> consumers) {
        this.member = member;
        this.channel = channel;
        this.others = consumers;
        this.base = consumers.apply(member.name());
    }

    void view(ConsumerView newView) {
        view = newView;
    }

    /** Tells the sink to ask; any thread, never blocks. */
    void wake() {
        Runnable told = listener;
        if (told != null) {
            told.run();
        }
    }

    @Override
    public Lease tryLease(int maxEvents, long maxBytes) {
        return member.lease(this, maxEvents, maxBytes);
    }

    /** Frames that are split have to be read. */
    @Override
    public void leaveInFile(boolean leave) {
        if (member.isDirect()) {
            base.leaveInFile(leave);
        }
    }

    @Override
    public void setListener(Runnable newListener) {
        listener = newListener;
        if (member.isDirect()) {
            base.setListener(newListener);
        } else if (newListener != null) {
            newListener.run();
        }
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public int ordinal() {
        return base.ordinal();
    }

    @Override
    public StreamId streamId() {
        return view.streamId();
    }

    @Override
    public long lowWater() {
        return view.lowWater();
    }

    @Override
    public boolean keepsTokens() {
        return view.keepsTokens();
    }

    @Override
    public byte[] recoveredToken() {
        return keepsTokens() ? base.recoveredToken() : null;
    }

    @Override
    public long saveToken(byte[] token) {
        return keepsTokens() ? base.saveToken(token) : 0;
    }

    @Override
    public long checkpointedTokenVersion() {
        return base.checkpointedTokenVersion();
    }

    @Override
    public boolean isFailed() {
        return base.isFailed();
    }
}

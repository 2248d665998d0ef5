package io.headrace.engine.channel;

import io.headrace.wal.StreamId;

/** A sink's way into the channel. */
final class ConsumerImpl implements ChannelConsumer {
    private final DualChannel channel;
    private final ReplayCursor cursor;
    private final String name;
    private final int ordinal;

    /** Whether the last lease found nothing, so that the sink wants to be told. */
    volatile boolean armed = true;

    private volatile Runnable listener;
    private volatile boolean leavesInFile;
    private volatile byte[] newestToken;
    private volatile long checkpointedTokenVersion;

    // Open leases, oldest first; guarded by the take side's lock.
    private LeaseImpl oldest;
    private LeaseImpl newest;

    /** @param cursor null for the sinks' */
    ConsumerImpl(DualChannel channel, ReplayCursor cursor, String name, int ordinal, byte[] recoveredToken) {
        this.channel = channel;
        this.cursor = cursor;
        this.name = name;
        this.ordinal = ordinal;
        this.newestToken = recoveredToken;
    }

    /** Calls the listener if the sink waits; at most once for each time it found nothing. */
    void wakeIfArmed() {
        if (armed) {
            armed = false;
            Runnable toCall = listener;
            if (toCall != null) {
                toCall.run();
            }
        }
    }

    /** A lease was committed with this token: a sink that starts anew on this channel begins there. */
    void committed(byte[] token) {
        newestToken = token;
    }

    void checkpointed(long tokenVersion) {
        checkpointedTokenVersion = tokenVersion;
    }

    void opened(LeaseImpl lease) {
        lease.previous = newest;
        if (newest == null) {
            oldest = lease;
        } else {
            newest.next = lease;
        }
        newest = lease;
    }

    void ended(LeaseImpl lease) {
        if (lease.previous == null) {
            oldest = lease.next;
        } else {
            lease.previous.next = lease.next;
        }
        if (lease.next == null) {
            newest = lease.previous;
        } else {
            lease.next.previous = lease.previous;
        }
        lease.previous = null;
        lease.next = null;
    }

    /** Null for a sink of the sinks' cursor. */
    ReplayCursor cursor() {
        return cursor;
    }

    private TakeSide take() {
        return cursor == null ? channel.takeSide() : cursor.takeSide();
    }

    LeaseImpl oldestLease() {
        return oldest;
    }

    /** Whether the sink goes back to its token after a crash, and takes back what it did since. */
    boolean goesBack() {
        return newestToken != null && channel.hasLog();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int ordinal() {
        return ordinal;
    }

    @Override
    public StreamId streamId() {
        return cursor == null ? channel.streamId() : cursor.streamId();
    }

    @Override
    public long lowWater() {
        return cursor == null ? channel.sinks().floorFor(this) : cursor.floorFor(this);
    }

    @Override
    public Lease tryLease(int maxEvents, long maxBytes) {
        return tryLease(maxEvents, maxBytes, null);
    }

    @Override
    public Lease tryLease(int maxEvents, long maxBytes, Lease ended) {
        if (cursor != null) {
            cursor.checkUsable();
        }
        LeaseImpl again = ended instanceof LeaseImpl own && own.consumer == this ? own : null;
        return take().tryLease(this, maxEvents, maxBytes, again);
    }

    boolean leavesInFile() {
        return leavesInFile;
    }

    @Override
    public void leaveInFile(boolean leave) {
        leavesInFile = leave;
    }

    @Override
    public void setListener(Runnable newListener) {
        listener = newListener;
        armed = true;
        if (newListener != null && take().mayLease(this)) {
            wakeIfArmed();
        }
    }

    @Override
    public byte[] recoveredToken() {
        byte[] token = newestToken;
        return token == null ? null : token.clone();
    }

    @Override
    public boolean keepsTokens() {
        return channel.hasLog();
    }

    @Override
    public long saveToken(byte[] token) {
        byte[] saved = token.clone();
        newestToken = saved;
        return channel.saveToken(this, saved);
    }

    @Override
    public long checkpointedTokenVersion() {
        return checkpointedTokenVersion;
    }

    @Override
    public boolean isFailed() {
        return channel.failure() != null;
    }
}

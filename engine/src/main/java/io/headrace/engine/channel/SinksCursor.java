package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The cursor called {@code sinks}, from which the sinks of a channel take: from the ring, and from the log what left memory.
 * Its low-water mark is the channel's, its commits give memory back and count in the ledger. When its part of the log cannot
 * be read, the channel fails. Safe for any thread.
 */
final class SinksCursor implements TakeOwner {
    private final DualChannel channel;
    private final ChannelLog log;
    private final ChannelMetrics metrics;
    private final Admission admission;
    private final Milestones milestones;
    private final TakeSide take;
    /** None is ever taken out, so that whoever looks often needs no iterator. */
    private final List<ConsumerImpl> consumers = new CopyOnWriteArrayList<>();

    private final Map<String, byte[]> recoveredTokens;
    /** Takes what a channel that keeps nothing drops; null in all others. */
    private final ConsumerImpl discarder;

    /**
     * @param log null for a channel without one
     * @param tokens of sinks, by their names, as they were recovered
     */
    SinksCursor(DualChannel channel, ChannelLog log, Map<String, byte[]> tokens) {
        this.channel = channel;
        this.log = log;
        this.metrics = channel.metrics();
        this.admission = channel.admission();
        this.milestones = channel.milestones();
        this.recoveredTokens = new HashMap<>(tokens);
        Publication publication = channel.publication();
        this.take = new TakeSide(
                channel, this, publication.ring(), publication.takeGate(), log == null ? null : log.recovered());
        this.discarder = channel.settings().policy() == ChannelPolicy.DISCARD
                ? new ConsumerImpl(channel, null, "discard", 0, null)
                : null;
    }

    TakeSide takeSide() {
        return take;
    }

    ConsumerImpl discarder() {
        return discarder;
    }

    /** The consumer of a sink, the same each time. */
    ConsumerImpl consumer(String sinkName) {
        synchronized (recoveredTokens) {
            for (ConsumerImpl consumer : consumers) {
                if (consumer.name().equals(sinkName)) {
                    return consumer;
                }
            }
            ConsumerImpl added =
                    new ConsumerImpl(channel, null, sinkName, consumers.size(), recoveredTokens.get(sinkName));
            consumers.add(added);
            return added;
        }
    }

    /** Gives no leases from now on. */
    void seal() {
        take.seal(consumers);
    }

    /**
     * What a sink may call done towards others. A sink with tokens takes back after a crash what no checkpoint holds, and
     * another sink may get those frames: nobody must have been told that they will not come.
     */
    long floorFor(ConsumerImpl asking) {
        // Read first: a sink has its first token before the mark moves over what it committed with it.
        long floor = milestones.lowWater();
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer != asking && consumer.goesBack()) {
                return milestones.checkpointedLowWater();
            }
        }
        return floor;
    }

    void wakeAllConsumers() {
        consumers.forEach(ConsumerImpl::wakeIfArmed);
    }

    // ---- for the take side and the reader

    @Override
    public long lowWater() {
        return milestones.lowWater();
    }

    /** Whether this consumer, a sink's, gets anything: nobody does in a channel that drops all. */
    @Override
    public boolean serves(ConsumerImpl consumer) {
        return discarder == null || consumer == discarder;
    }

    @Override
    public boolean isUsed() {
        return true;
    }

    @Override
    public boolean leavesInFile() {
        return !consumers.isEmpty() && consumers.stream().allMatch(ConsumerImpl::leavesInFile);
    }

    @Override
    public void leased(ConsumerImpl consumer, int events) {
        if (consumer != discarder) {
            metrics.takeAttempts.add(events);
        }
    }

    @Override
    public void leasing(Frame frame) {
        // The times of what sinks take are measured from its publication.
    }

    @Override
    public void holePassed(long from, long to) {
        channel.enqueue(state -> state.holePassed(from, to));
    }

    @Override
    public void controlsPassed(long[] sequences) {
        channel.enqueue(state -> state.controlsPassed(sequences));
    }

    @Override
    public long committed(LeaseRoom lease, byte[] token) {
        if (lease.consumer != discarder) {
            metrics.takeSuccesses.add(lease.events());
        }
        return channel.handOver(lease, token);
    }

    @Override
    public void released(Lease lease, long memoryEvents, long memoryBytes) {
        admission.released(lease.events(), memoryEvents, memoryBytes);
    }

    @Override
    public void readingFailed(Throwable cause) {
        channel.fail(cause);
    }

    @Override
    public void wakeReader() {
        if (log != null) {
            log.wakeReader();
        }
    }

    /** Tells sinks that wait and for which there may be something. */
    @Override
    public void wakeConsumers() {
        for (int i = 0; i < consumers.size(); i++) {
            ConsumerImpl consumer = consumers.get(i);
            if (consumer.armed) {
                if (take.mayLease(consumer)) {
                    consumer.wakeIfArmed();
                } else if (log != null && take.waitsForReader(consumer)) {
                    // What there is left memory meanwhile; the reader tells when it is back.
                    log.wakeReader();
                }
            }
        }
    }
}

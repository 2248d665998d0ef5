package io.headrace.benchmarks.peers;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import org.HdrHistogram.Histogram;

/**
 * A sink's way into a channel that takes for each frame the time from when it was due until the sink committed it.
 * Owned by the sink's thread; what it took may be read after the sink has ended.
 */
final class CommitTimes implements ChannelConsumer {
    private final ChannelConsumer consumer;
    private final PacedProducer producer;
    private final Histogram latencies = new Histogram(3);

    CommitTimes(ChannelConsumer consumer, PacedProducer producer) {
        this.consumer = consumer;
        this.producer = producer;
    }

    Histogram latencies() {
        return latencies;
    }

    @Override
    public Lease tryLease(int maxEvents, long maxBytes) {
        Lease lease = consumer.tryLease(maxEvents, maxBytes);
        return lease == null ? null : new Timed(lease);
    }

    @Override
    public String name() {
        return consumer.name();
    }

    @Override
    public int ordinal() {
        return consumer.ordinal();
    }

    @Override
    public StreamId streamId() {
        return consumer.streamId();
    }

    @Override
    public long lowWater() {
        return consumer.lowWater();
    }

    @Override
    public void leaveInFile(boolean leave) {
        consumer.leaveInFile(leave);
    }

    @Override
    public void setListener(Runnable listener) {
        consumer.setListener(listener);
    }

    @Override
    public byte[] recoveredToken() {
        return consumer.recoveredToken();
    }

    @Override
    public boolean keepsTokens() {
        return consumer.keepsTokens();
    }

    @Override
    public long saveToken(byte[] token) {
        return consumer.saveToken(token);
    }

    @Override
    public long checkpointedTokenVersion() {
        return consumer.checkpointedTokenVersion();
    }

    @Override
    public boolean isFailed() {
        return consumer.isFailed();
    }

    private final class Timed implements Lease {
        private final Lease lease;

        Timed(Lease lease) {
            this.lease = lease;
        }

        private void committed() {
            long now = System.nanoTime();
            for (int i = 0; i < lease.size(); i++) {
                long due = producer.dueNanos(lease.frame(i).firstEventNumber());
                if (due != PacedProducer.NEVER) {
                    latencies.recordValue(Math.max(0, now - due));
                }
            }
        }

        @Override
        public void commit() {
            committed();
            lease.commit();
        }

        @Override
        public long commit(byte[] token) {
            committed();
            return lease.commit(token);
        }

        @Override
        public void rollback() {
            lease.rollback();
        }

        @Override
        public int size() {
            return lease.size();
        }

        @Override
        public Frame frame(int index) {
            return lease.frame(index);
        }

        @Override
        public long sequence(int index) {
            return lease.sequence(index);
        }

        @Override
        public int events() {
            return lease.events();
        }

        @Override
        public long bytes() {
            return lease.bytes();
        }

        @Override
        public void sent(int frames) {
            lease.sent(frames);
        }
    }
}

package io.headrace.tools.tune;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.Frame;
import io.headrace.wal.StreamId;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;

/** Makes a sink of the product whose commits are metered: an event counts when its receiver has answered for it. */
record MeteredSink(Load load, ComponentProvider.OfSink sink) implements ComponentProvider.OfSink {
    @Override
    public String alias() {
        return sink.alias();
    }

    @Override
    public Class<? extends Record> settingsType() {
        return sink.settingsType();
    }

    @Override
    public String summary() {
        return sink.summary();
    }

    @Override
    public Sink create(SinkContext context) {
        return sink.create(new Context(context, new Consumer(context.consumer(), load)));
    }

    private record Context(SinkContext base, ChannelConsumer consumer) implements SinkContext {
        @Override
        public String name() {
            return base.name();
        }

        @Override
        public String agentName() {
            return base.agentName();
        }

        @Override
        public <R extends Record> R settings(Class<R> type) {
            return base.settings(type);
        }

        @Override
        public MetricGroup metrics() {
            return base.metrics();
        }

        @Override
        public Logger logger() {
            return base.logger();
        }

        @Override
        public Path dataFolder() {
            return base.dataFolder();
        }

        @Override
        public ComponentRegistry components() {
            return base.components();
        }

        @Override
        public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
            return base.shared(type, factory);
        }

        @Override
        public EpochClock epochClock() {
            return base.epochClock();
        }

        @Override
        public NanoClock nanoClock() {
            return base.nanoClock();
        }

        @Override
        public long randomLong() {
            return base.randomLong();
        }

        @Override
        public void healthy(String detail) {
            base.healthy(detail);
        }

        @Override
        public void unhealthy(String reason) {
            base.unhealthy(reason);
        }

        @Override
        public void failed(Throwable cause) {
            base.failed(cause);
        }
    }

    private record Consumer(ChannelConsumer base, Load load) implements ChannelConsumer {
        @Override
        public Lease tryLease(int maxEvents, long maxBytes) {
            Lease lease = base.tryLease(maxEvents, maxBytes);
            return lease == null ? null : new MeteredLease(lease, load);
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
            return base.streamId();
        }

        @Override
        public long lowWater() {
            return base.lowWater();
        }

        @Override
        public void leaveInFile(boolean leave) {
            base.leaveInFile(leave);
        }

        @Override
        public void setListener(Runnable listener) {
            base.setListener(listener);
        }

        @Override
        public byte[] recoveredToken() {
            return base.recoveredToken();
        }

        @Override
        public boolean keepsTokens() {
            return base.keepsTokens();
        }

        @Override
        public long saveToken(byte[] token) {
            return base.saveToken(token);
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

    private record MeteredLease(Lease base, Load load) implements Lease {
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
        public void sent(int frames) {
            base.sent(frames);
        }

        @Override
        public void commit() {
            meter();
            base.commit();
        }

        @Override
        public long commit(byte[] token) {
            meter();
            return base.commit(token);
        }

        @Override
        public void rollback() {
            base.rollback();
        }

        private void meter() {
            for (int i = 0; i < base.size(); i++) {
                Frame frame = base.frame(i);
                load.delivered(frame.eventCount(), frame.createdMicros());
            }
        }
    }
}

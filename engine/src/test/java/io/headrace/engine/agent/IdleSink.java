package io.headrace.engine.agent;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often it is told that there is nothing to do. */
final class IdleSink implements ComponentProvider.OfSink {
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public String alias() {
        return "idle";
    }

    @Override
    public Class<? extends Record> settingsType() {
        return ManualSource.Settings.class;
    }

    @Override
    public String summary() {
        return "idle";
    }

    @Override
    public Sink create(SinkContext context) {
        return new Life();
    }

    private final class Life implements BatchSink {
        @Override
        public int maxBatchEvents() {
            return 1;
        }

        @Override
        public byte[] deliver(Lease lease) {
            return null;
        }

        @Override
        public void idle() {
            calls.incrementAndGet();
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}
    }
}

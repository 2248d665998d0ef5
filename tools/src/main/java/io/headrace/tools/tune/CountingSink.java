package io.headrace.tools.tune;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.Frame;
import java.util.function.Consumer;

/** A sink that shows each frame to somebody who counts, and forgets it. */
final class CountingSink implements BatchSink {
    static final String ALIAS = "tune_count";

    private static final int BATCH_EVENTS = 65_536;

    private final Consumer<Frame> counter;

    private CountingSink(Consumer<Frame> counter) {
        this.counter = counter;
    }

    @Override
    public int maxBatchEvents() {
        return BATCH_EVENTS;
    }

    @Override
    public void start() {}

    @Override
    public byte[] deliver(Lease lease) {
        for (int i = 0; i < lease.size(); i++) {
            counter.accept(lease.frame(i));
        }
        return null;
    }

    @Override
    public void stop() {}

    /** Makes them; found by the alias in the registry of one agent only. */
    record Provider(Consumer<Frame> counter) implements ComponentProvider.OfSink {
        /** Settings: none. */
        record Settings() {}

        @Override
        public String alias() {
            return ALIAS;
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "counts the events of a trial";
        }

        @Override
        public Sink create(SinkContext context) {
            context.settings(Settings.class);
            return new CountingSink(counter);
        }
    }
}

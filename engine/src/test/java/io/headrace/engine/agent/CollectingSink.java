package io.headrace.engine.agent;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what it is given; throws and waits when it is told to. One for all lives of the component. */
final class CollectingSink implements ComponentProvider.OfSink {
    /** Settings. */
    record Settings(
            @Setting(key = "batchSize", byDefault = "100", min = 1, doc = "Events.")
            int batchSize) {}

    /** What happens before a delivery counts. */
    interface Fault {
        void strike() throws Exception;
    }

    final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    final List<Map<String, String>> headers = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger created = new AtomicInteger();
    final AtomicInteger stopped = new AtomicInteger();
    volatile Fault atStart = () -> {};
    volatile Fault atDelivery = () -> {};
    volatile Runnable atStop = () -> {};
    volatile SinkContext context;

    private final String alias;

    CollectingSink(String alias) {
        this.alias = alias;
    }

    @Override
    public String alias() {
        return alias;
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "collects";
    }

    @Override
    public Sink create(SinkContext given) {
        created.incrementAndGet();
        context = given;
        return new Life(given.settings(Settings.class).batchSize());
    }

    private final class Life implements BatchSink {
        private final int batchSize;
        private final EventCursor cursor = new EventCursor();

        Life(int batchSize) {
            this.batchSize = batchSize;
        }

        @Override
        public int maxBatchEvents() {
            return batchSize;
        }

        @Override
        public void start() throws Exception {
            atStart.strike();
        }

        @Override
        public byte[] deliver(Lease lease) throws Exception {
            atDelivery.strike();
            for (int i = 0; i < lease.size(); i++) {
                cursor.wrap(lease.frame(i));
                while (cursor.next()) {
                    bodies.add(new String(cursor.body(), StandardCharsets.UTF_8));
                    headers.add(cursor.headers());
                }
            }
            return null;
        }

        @Override
        public void stop() {
            stopped.incrementAndGet();
            atStop.run();
        }
    }
}

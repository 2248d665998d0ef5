package io.headrace.engine.agent;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.GroupingSink;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes one event a lease, and notes what is written and when it is synced; fails when it is told to. */
final class GroupedSink implements ComponentProvider.OfSink {
    /** Settings. */
    record Settings() {}

    /** What happens before a step counts. */
    interface Fault {
        void strike(String step) throws Exception;
    }

    /** The bodies that were written, "first" before the first one of a group, and "sync" after each group. */
    final List<String> steps = Collections.synchronizedList(new ArrayList<>());

    volatile Fault fault = step -> {};

    /** Of each token; none if 0. */
    volatile int tokenBytes;

    @Override
    public String alias() {
        return "grouped";
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "collects in groups";
    }

    @Override
    public Sink create(SinkContext given) {
        return new Life();
    }

    private final class Life implements GroupingSink {
        private final EventCursor cursor = new EventCursor();

        @Override
        public void start() {
            // Nothing is opened.
        }

        @Override
        public int maxBatchEvents() {
            return 1;
        }

        @Override
        public long maxGroupBytes() {
            return 1 << 20;
        }

        @Override
        public byte[] write(Lease lease, boolean first) throws Exception {
            cursor.wrap(lease.frame(0));
            cursor.next();
            step((first ? "first " : "") + new String(cursor.body(), StandardCharsets.UTF_8));
            return tokenBytes == 0 ? null : new byte[tokenBytes];
        }

        @Override
        public void sync() throws Exception {
            step("sync");
        }

        @Override
        public void stop() {
            // Nothing is open.
        }

        private void step(String step) throws Exception {
            fault.strike(step);
            steps.add(step);
        }
    }
}

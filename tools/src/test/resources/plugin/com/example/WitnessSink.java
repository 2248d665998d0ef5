package com.example;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.SinkContext;

/** Throws when a thread that runs it has another class loader than its own. */
public final class WitnessSink implements BatchSink {
    private final SinkContext context;

    public WitnessSink(SinkContext context) {
        this.context = context;
        requireOwnLoader();
    }

    @Override
    public int maxBatchEvents() {
        return 1000;
    }

    @Override
    public void start() {
        requireOwnLoader();
    }

    @Override
    public byte[] deliver(Lease lease) {
        requireOwnLoader();
        return null;
    }

    @Override
    public void idle() {
        requireOwnLoader();
    }

    @Override
    public void stop() {
        requireOwnLoader();
        context.logger().info("saw its own class loader only");
    }

    private static void requireOwnLoader() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        if (loader != WitnessSink.class.getClassLoader()) {
            throw new IllegalStateException("context class loader: " + loader);
        }
    }
}

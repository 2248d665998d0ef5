package io.headrace.engine.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A count that only grows, added to by any thread without contention. */
public final class Counter {
    private final LongAdder adder = new LongAdder();

    public void increment() {
        adder.increment();
    }

    public void add(long count) {
        adder.add(count);
    }

    public long get() {
        return adder.sum();
    }
}

package io.headrace.engine.spi;

/**
 * A sink that works on leases by itself, from an event loop or threads of its own, with several of them open. It takes
 * them from {@link SinkContext#consumer()}, sets a listener there to hear of more, and ends each lease exactly once. After
 * {@code stop} it ends none any more. It counts what it drains itself, in {@link
 * io.headrace.engine.metrics.SinkCounters}.
 */
public interface AsyncSink extends Sink {}

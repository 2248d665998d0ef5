package io.headrace.engine.spi;

/**
 * A sink that works on leases by itself, from an event loop or threads of its own, with several of them open. It takes
 * them from {@link SinkContext#consumer()}.
 */
public interface AsyncSink extends Sink {}

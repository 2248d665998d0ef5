package io.headrace.engine.spi;

/**
 * Takes events out of a channel. Implement {@link BatchSink}, which needs no transactions of its own, or {@link
 * AsyncSink}; a sink that is neither is refused.
 */
public interface Sink extends Lifecycle {}

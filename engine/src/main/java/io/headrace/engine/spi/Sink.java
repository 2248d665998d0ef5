package io.headrace.engine.spi;

/** Takes events out of a channel. Either a {@link BatchSink} or an {@link AsyncSink}. */
public interface Sink extends Lifecycle {}

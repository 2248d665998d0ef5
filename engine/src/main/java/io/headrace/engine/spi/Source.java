package io.headrace.engine.spi;

/**
 * Brings events into the {@link io.headrace.engine.channel.ChannelProcessor} of its context. It brings its own threads
 * or event loops; {@link PollingSource} gets one from the agent.
 */
public interface Source extends Lifecycle {}

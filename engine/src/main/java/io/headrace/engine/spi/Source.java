package io.headrace.engine.spi;

/**
 * Brings events into the {@link io.headrace.engine.channel.ChannelProcessor} of its context. It brings its own threads
 * or event loops and says {@link SourceContext#failed} when one of them ends; {@link PollingSource} gets one from the
 * agent.
 */
public interface Source extends Lifecycle {}

package io.headrace.engine.spi;

import io.headrace.engine.channel.ChannelConsumer;

/** What a sink is given when it is made. */
public interface SinkContext extends ComponentContext {
    /**
     * The sink's way into its channel. A {@link BatchSink} uses it for tokens only: its leases are taken by the agent.
     */
    ChannelConsumer consumer();
}

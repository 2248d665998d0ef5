package io.headrace.engine.spi;

import io.headrace.engine.channel.ChannelConsumer;

/** What a sink is given when it is made. */
public interface SinkContext extends ComponentContext {
    ChannelConsumer consumer();
}

package io.headrace.engine.spi;

import io.headrace.engine.channel.ChannelProcessor;

/** What a source is given when it is made. */
public interface SourceContext extends ComponentContext {
    ChannelProcessor processor();
}

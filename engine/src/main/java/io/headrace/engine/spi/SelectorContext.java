package io.headrace.engine.spi;

import io.headrace.engine.channel.Channel;
import java.util.List;

/** What a selector is given when it is made. */
public interface SelectorContext extends ComponentContext {
    /** The channels of the source, in order of configuration. */
    List<Channel> channels();

    /**
     * The channel of a name in the selector's settings.
     *
     * @throws io.headrace.engine.config.ConfigurationException when the source has no such channel
     */
    Channel channel(String key, String name);
}

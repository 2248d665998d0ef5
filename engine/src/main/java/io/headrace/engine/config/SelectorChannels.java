package io.headrace.engine.config;

import io.headrace.engine.channel.Channel;
import java.util.List;

/** Finds the channels that a selector names. */
public final class SelectorChannels {
    private SelectorChannels() {}

    /**
     * The channel of a source by the name that stands at a key of its selector.
     *
     * @throws ConfigurationException when the source has no such channel; without the place
     */
    public static Channel find(ComponentSettings selector, List<Channel> channels, String key, String name) {
        for (Channel channel : channels) {
            if (channel.name().equals(name)) {
                return channel;
            }
        }
        List<String> names = channels.stream().map(Channel::name).toList();
        throw new ConfigurationException(selector.prefix() + key + ": " + name + ": no channel of this source"
                + SettingsBinder.suggestion(name, names));
    }
}

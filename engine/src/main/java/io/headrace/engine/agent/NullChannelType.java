package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;

/** The channel {@code null}: takes every event, drops it, and counts it as dropped. For branches that lead nowhere. */
public final class NullChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(ChannelKeys.Frames frames) {}

    @Override
    public String alias() {
        return "null";
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "drops every event and counts it";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        return context.settings(Settings.class).frames().applyTo(ChannelSettings.discarding(context.name()));
    }
}

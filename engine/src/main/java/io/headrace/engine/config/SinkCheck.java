package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.CursorStart;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what is written about a sink. */
final class SinkCheck {
    private final CheckContext context;

    SinkCheck(CheckContext context) {
        this.context = context;
    }

    Optional<SinkConfiguration> check(String name) {
        String title = "sink " + name;
        Map<String, ConfigValue> written = context.keys.settings("sinks", name);
        ConfigValue type = context.type("sink", name, written);
        if (written.isEmpty()) {
            return Optional.empty();
        }
        String channel = channel(name, title, type, written);
        ComponentProvider.OfSink provider = context.provider(ComponentProvider.OfSink.class, "sink", type, title);
        List<String> channels = channel == null ? List.of() : List.of(channel);
        context.parts.add(new DeclaredPart(
                ComponentKind.SINK,
                name,
                type,
                context.types.alias("sink", type),
                written.get("channel"),
                channels,
                Set.of(),
                List.of(),
                written));
        if (type == null) {
            return Optional.empty();
        }
        Map<String, ConfigValue> values = CheckContext.without(written, Set.of("type", "channel", "cursor"));
        if (written.get("channel") == null) {
            values.remove("channels");
        }
        ComponentSettings settings = new ComponentSettings(ComponentKind.SINK, name, type, values);
        if (provider == null) {
            context.checkAsFlume(settings);
            context.batchSizes.user(settings, null, channels);
            return Optional.empty();
        }
        SettingsBinder binder = context.bind(settings, provider, Set.of());
        context.batchSizes.user(settings, binder, channels);
        String cursor = cursor(title, channel, written.get("cursor"));
        return channel == null || cursor == null
                ? Optional.empty()
                : Optional.of(new SinkConfiguration(settings, channel, cursor));
    }

    /** The cursor that it takes from; null with an error when its channel makes no such cursor. */
    private String cursor(String title, String channel, ConfigValue cursor) {
        if (cursor == null) {
            return CursorStart.SINKS;
        }
        String name = context.findings.withoutComment(cursor, title);
        if (channel == null || name.equals(CursorStart.SINKS)) {
            return name;
        }
        Map<String, ConfigValue> ofChannel = context.keys.settings("channels", channel);
        if (!ofChannel.containsKey("cursors." + name + ".start")) {
            ConfigValue type = ofChannel.get("type");
            String key = context.keys.agent() + ".channels." + channel + ".cursors." + name + ".start";
            boolean possible =
                    type == null || context.types.alias("channel", type).equals("file");
            context.findings.error(
                    cursor,
                    title,
                    cursor.key() + ": " + name
                            + (possible
                                    ? " (expected: " + CursorStart.SINKS + ", or a line " + key
                                            + " = oldest, latest, a sequence or a time)"
                                    : " (expected: no such line; only a file channel has cursors, " + channel + " is a "
                                            + type.value() + " one)"));
            return null;
        }
        return name;
    }

    private String channel(String name, String title, ConfigValue type, Map<String, ConfigValue> written) {
        ConfigValue channel = written.get("channel");
        if (channel == null) {
            String key = context.keys.agent() + ".sinks." + name + ".channel";
            ConfigValue many = written.get("channels");
            ConfigValue place = type == null ? CheckContext.first(written) : type;
            context.findings.error(
                    many == null ? place : many,
                    title,
                    key + ": missing (expected: the name of a channel"
                            + (many == null ? "" : " under this key, not under channels") + ")");
            return null;
        }
        String bare = context.findings.withoutComment(channel, title);
        if (SettingParser.list(bare).size() > 1) {
            context.findings.error(
                    channel, title, channel.key() + ": " + bare + " (expected: one channel; a sink takes from one)");
            return null;
        }
        return context.isDeclaredChannel(bare, channel, title) ? bare : null;
    }
}

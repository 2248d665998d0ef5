package io.headrace.engine.selector;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SelectorContext;
import io.headrace.frame.EventCursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sends events where the value of one header points; those without the header, with a blank or with an unknown value go
 * to the default channels. Safe for any thread.
 */
final class MultiplexingSelector implements ChannelSelector {
    /** Settings. */
    record Settings(
            @Setting(key = "header", byDefault = "flume.selector.header", doc = "The header that decides.")
            String header,

            @Setting(
                    key = "default",
                    doc = "Channels of events without the header, or with a value that no mapping names.")
            List<String> byDefault,

            @Setting(
                    key = "mapping.*",
                    word = true,
                    doc = "mapping.VALUE = CHANNELS: channels of events with this value.")
            Map<String, String> mapping,

            @Setting(
                    key = "optional",
                    doc = "Channels that get every event that they have room for, and hold up nobody.")
            List<String> optional,

            @Setting(
                    key = "optional.*",
                    word = true,
                    doc = "optional.VALUE = CHANNELS: the same for events with this value.")
            Map<String, String> optionalOfValue) {}

    private final String header;
    private final List<Branch> branches = new ArrayList<>();
    private final Map<String, Branch> byValue = new HashMap<>();
    private final Branch otherwise;

    MultiplexingSelector(SelectorContext context) {
        Settings settings = context.settings(Settings.class);
        header = settings.header();
        Set<Channel> byDefault = channels(context, "default", settings.byDefault());
        Set<Channel> always = channels(context, "optional", settings.optional());
        otherwise = branch(byDefault, always);
        Set<String> values = new LinkedHashSet<>(settings.mapping().keySet());
        values.addAll(settings.optionalOfValue().keySet());
        for (String value : values) {
            Set<Channel> required = byDefault;
            if (settings.mapping().containsKey(value)) {
                List<String> names = split(settings.mapping().get(value));
                if (names.isEmpty()) {
                    throw new ConfigurationException(
                            "selector.mapping." + value + ": empty (expected: names of channels)");
                }
                required = channels(context, "mapping." + value, names);
            }
            Set<Channel> optional = new LinkedHashSet<>(always);
            optional.addAll(channels(
                    context,
                    "optional." + value,
                    split(settings.optionalOfValue().getOrDefault(value, ""))));
            byValue.put(value, branch(required, optional));
        }
        if (byValue.isEmpty() && byDefault.isEmpty()) {
            throw new ConfigurationException(
                    "selector.mapping.VALUE: missing (expected: at least one mapping or selector.default)");
        }
    }

    @Override
    public List<Branch> branches() {
        return List.copyOf(branches);
    }

    @Override
    public Branch select(Map<String, String> shared) {
        return branchOf(shared.get(header));
    }

    @Override
    public Branch select(EventCursor event) {
        return branchOf(event.header(header));
    }

    private Branch branchOf(String value) {
        return value == null || value.isBlank() ? otherwise : byValue.getOrDefault(value, otherwise);
    }

    /** The branch with these channels; values that lead to the same ones share it. */
    private Branch branch(Set<Channel> required, Set<Channel> optional) {
        List<Channel> must = List.copyOf(required);
        List<Channel> may =
                optional.stream().filter(channel -> !required.contains(channel)).toList();
        for (Branch branch : branches) {
            if (branch.required().equals(must) && branch.optional().equals(may)) {
                return branch;
            }
        }
        Branch branch = new Branch(branches.size(), must, may);
        branches.add(branch);
        return branch;
    }

    private static Set<Channel> channels(SelectorContext context, String key, List<String> names) {
        Set<Channel> channels = new LinkedHashSet<>();
        names.forEach(name -> channels.add(context.channel(key, name)));
        return channels;
    }

    private static List<String> split(String names) {
        return names.isBlank() ? List.of() : List.of(names.trim().split("[\\s,]+"));
    }

    /** Registers the selector. */
    public static final class Provider implements ComponentProvider.OfSelector {
        @Override
        public String alias() {
            return "multiplexing";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.channel.MultiplexingChannelSelector");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "sends events where the value of a header points";
        }

        @Override
        public ChannelSelector create(SelectorContext context) {
            return new MultiplexingSelector(context);
        }
    }
}

package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentLookup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks the keys of one agent and makes its configuration of them. Used once. */
final class ConfigurationChecker {
    /** What the agent itself reads of a source that it polls. */
    record PollingSettings(
            @Setting(key = "maxBackoffSleep", unit = "ms", min = 1, doc = "Longest pause between polls.")
            Optional<Duration> maxBackoffSleep,

            @Setting(key = "backoffSleepIncrement", unit = "ms", min = 1, doc = "Accepted; pauses double.")
            Optional<Duration> backoffSleepIncrement) {}

    private final AgentKeys keys;
    private final ComponentRegistry registry;
    private final List<ConfigurationProblem> problems;
    private final boolean lenient;
    private final Map<String, String> effective = new TreeMap<>();
    private final Set<String> reported = new LinkedHashSet<>();
    private final BatchSizeCheck batchSizes = new BatchSizeCheck();

    ConfigurationChecker(
            AgentKeys keys, ComponentRegistry registry, List<ConfigurationProblem> problems, boolean lenient) {
        this.keys = keys;
        this.registry = registry;
        this.problems = problems;
        this.lenient = lenient;
    }

    AgentConfiguration check() {
        List<ComponentSettings> channels = new ArrayList<>();
        for (String name : declared("channels")) {
            channel(name).ifPresent(channels::add);
        }
        List<SourceConfiguration> sources = new ArrayList<>();
        for (String name : declared("sources")) {
            source(name).ifPresent(sources::add);
        }
        List<SinkConfiguration> sinks = new ArrayList<>();
        for (String name : declared("sinks")) {
            sink(name).ifPresent(sinks::add);
        }
        new SinkGroupCheck(keys, problems).check(declared("sinkgroups"), declared("sinks"));
        problems.addAll(batchSizes.problems());
        TopologyCheck topology = new TopologyCheck(keys, problems);
        topology.warnOfCompetingSinks(sinks);
        topology.warnOfOneSidedChannels(channels);
        AgentConfiguration all = new AgentConfiguration(keys.agent(), channels, sources, sinks, effective);
        AgentConfiguration kept = lenient ? BrokenParts.leaveOut(all, problems) : all;
        if (kept.channels().isEmpty()
                || kept.sources().isEmpty() && kept.sinks().isEmpty()) {
            error(
                    keys.lists().get("channels"),
                    null,
                    keys.agent()
                            + ": nothing to run (expected: at least one channel and one source or sink that work)");
        }
        return kept;
    }

    /** The names of a list, and warnings for what is defined but not in it. */
    private List<String> declared(String group) {
        ConfigValue list = keys.lists().get(group);
        Set<String> names = new LinkedHashSet<>();
        if (list != null) {
            for (String name : SettingParser.list(withoutComment(list, null))) {
                if (!names.add(name)) {
                    warn(list, null, list.key() + ": " + name + " twice (expected: each name once)");
                }
            }
            if (names.isEmpty()) {
                error(list, null, list.key() + ": empty (expected: names, or no such line)");
            }
        }
        if (reported.add(group)) {
            keys.components().get(group).forEach((name, values) -> {
                if (!names.contains(name)) {
                    ConfigValue first = values.values().iterator().next();
                    String listKey = keys.agent() + "." + group;
                    warn(first, null, first.key() + ": not read (expected: " + name + " in " + listKey + ")");
                }
            });
        }
        return List.copyOf(names);
    }

    private Optional<ComponentSettings> channel(String name) {
        Map<String, ConfigValue> written = keys.settings("channels", name);
        String title = "channel " + name;
        ConfigValue type = type("channels", name, written, title, names(ComponentProvider.OfChannel.class));
        ComponentProvider.OfChannel provider = provider(ComponentProvider.OfChannel.class, type, title);
        if (provider == null) {
            return Optional.empty();
        }
        Map<String, ConfigValue> values = without(written, Set.of("type"));
        refuseEncryption(name, values);
        ComponentSettings settings = new ComponentSettings(ComponentKind.CHANNEL, name, type, values);
        SettingsBinder binder = bind(settings, provider.settingsType(), Set.of("encryption.*"));
        batchSizes.channel(name, settings, binder);
        return Optional.of(settings);
    }

    private void refuseEncryption(String name, Map<String, ConfigValue> values) {
        values.forEach((key, value) -> {
            if (key.startsWith("encryption.")) {
                error(
                        value,
                        "channel " + name,
                        value.key() + ": a log is not encrypted by the channel"
                                + " (expected: no encryption.* keys; encrypt the file system)");
            }
        });
    }

    private Optional<SourceConfiguration> source(String name) {
        String title = "source " + name;
        Map<String, ConfigValue> written = keys.settings("sources", name);
        ConfigValue type = type("sources", name, written, title, names(ComponentProvider.OfSource.class));
        List<String> channels = channelsOf(name, written, title, type);
        ComponentProvider.OfSource provider = provider(ComponentProvider.OfSource.class, type, title);
        Map<String, ConfigValue> values = without(written, Set.of("type", "channels", "interceptors"));
        values.keySet().removeIf(key -> key.startsWith("selector.") || key.startsWith("interceptors."));
        List<ComponentSettings> interceptors = interceptors(name, written, title);
        ComponentSettings selector = selector(name, written, title, type, channels);
        if (type == null || provider == null || channels.isEmpty() || selector == null) {
            return Optional.empty();
        }
        ComponentSettings settings = new ComponentSettings(ComponentKind.SOURCE, name, type, values);
        SettingsBinder polling = new SettingsBinder(title, type, values);
        Optional<PollingSettings> pauses = polling.tryBind(PollingSettings.class);
        problems.addAll(polling.problems());
        SettingsBinder binder = bind(settings, provider.settingsType(), polling.knownKeys());
        batchSizes.user(settings, binder, channels);
        long maxBackoff = pauses.flatMap(PollingSettings::maxBackoffSleep)
                .map(Duration::toMillis)
                .orElse(0L);
        return Optional.of(new SourceConfiguration(settings, channels, selector, interceptors, maxBackoff));
    }

    private List<String> channelsOf(String name, Map<String, ConfigValue> written, String title, ConfigValue type) {
        ConfigValue list = written.get("channels");
        if (written.isEmpty()) {
            return List.of();
        } else if (list == null) {
            String key = keys.agent() + ".sources." + name + ".channels";
            ConfigValue single = written.get("channel");
            ConfigValue place = type == null ? written.values().iterator().next() : type;
            error(
                    single == null ? place : single,
                    title,
                    key + ": missing (expected: names of channels" + (single == null ? "" : "; did you mean channels?")
                            + ")");
            return List.of();
        }
        List<String> names = new ArrayList<>(new LinkedHashSet<>(SettingParser.list(withoutComment(list, title))));
        if (names.isEmpty()) {
            error(list, title, list.key() + ": empty (expected: names of channels)");
        }
        names.removeIf(channel -> !isDeclared(channel, list, title));
        return List.copyOf(names);
    }

    private boolean isDeclared(String channel, ConfigValue user, String title) {
        List<String> known = keys.lists().containsKey("channels")
                ? SettingParser.list(
                        SettingParser.bare(keys.lists().get("channels").value()))
                : List.of();
        if (!known.contains(channel)) {
            error(
                    user,
                    title,
                    user.key() + ": " + channel + ": no such channel" + SettingsBinder.suggestion(channel, known));
            return false;
        }
        return true;
    }

    private List<ComponentSettings> interceptors(String source, Map<String, ConfigValue> written, String title) {
        ConfigValue list = written.get("interceptors");
        List<String> names = list == null ? List.of() : SettingParser.list(withoutComment(list, title));
        if (list != null && names.isEmpty()) {
            error(list, title, list.key() + ": empty (expected: names, or no such line)");
        }
        List<ComponentSettings> interceptors = new ArrayList<>();
        for (String name : names) {
            Map<String, ConfigValue> values = below(written, "interceptors." + name + ".");
            ConfigValue type = values.get("type");
            if (type == null) {
                error(
                        list,
                        title,
                        list.key() + "." + name + ".type: missing (expected: one of "
                                + String.join(", ", names(ComponentProvider.OfInterceptor.class)) + ")");
                continue;
            }
            ConfigValue bareType = bareType(type, title);
            ComponentProvider.OfInterceptor provider = provider(ComponentProvider.OfInterceptor.class, bareType, title);
            if (provider != null) {
                ComponentSettings settings = new ComponentSettings(
                        ComponentKind.INTERCEPTOR, source + "." + name, bareType, without(values, Set.of("type")));
                bind(settings, provider.settingsType(), Set.of());
                interceptors.add(settings);
            }
        }
        written.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            if (parts[0].equals("interceptors") && parts.length > 1 && !names.contains(parts[1])) {
                warn(
                        value,
                        title,
                        value.key() + ": not read (expected: " + parts[1] + " in " + keys.agent() + ".sources." + source
                                + ".interceptors)");
            }
        });
        return List.copyOf(interceptors);
    }

    private ComponentSettings selector(
            String source,
            Map<String, ConfigValue> written,
            String title,
            ConfigValue sourceType,
            List<String> channels) {
        if (sourceType == null) {
            return null;
        }
        Map<String, ConfigValue> values = below(written, "selector.");
        String prefix = keys.agent() + ".sources." + source + ".selector.";
        ConfigValue type = values.containsKey("type")
                ? bareType(values.get("type"), title)
                : new ConfigValue(prefix + "type", "replicating", sourceType.file(), sourceType.line());
        ComponentProvider.OfSelector provider = provider(ComponentProvider.OfSelector.class, type, title);
        if (provider == null) {
            return null;
        }
        ComponentSettings settings =
                new ComponentSettings(ComponentKind.SELECTOR, source, type, without(values, Set.of("type")));
        int before = problems.size();
        bind(settings, provider.settingsType(), Set.of());
        boolean sound = problems.subList(before, problems.size()).stream()
                .noneMatch(problem -> problem.severity() == Severity.ERROR);
        if (sound && !channels.isEmpty()) {
            SelectorCheck.check(provider, settings, keys.agent(), channels)
                    .ifPresent(message -> problems.add(new ConfigurationProblem(
                            Severity.ERROR, message.file(), message.line(), title, message.message())));
        }
        return settings;
    }

    private Optional<SinkConfiguration> sink(String name) {
        String title = "sink " + name;
        Map<String, ConfigValue> written = keys.settings("sinks", name);
        ConfigValue type = type("sinks", name, written, title, names(ComponentProvider.OfSink.class));
        ConfigValue channel = written.get("channel");
        boolean sound = channel != null;
        if (written.isEmpty()) {
            return Optional.empty();
        } else if (!sound) {
            String key = keys.agent() + ".sinks." + name + ".channel";
            ConfigValue many = written.get("channels");
            ConfigValue place = type == null ? written.values().iterator().next() : type;
            error(
                    many == null ? place : many,
                    title,
                    key + ": missing (expected: the name of a channel" + (many == null ? "" : "; did you mean channel?")
                            + ")");
        } else {
            channel = channel.withValue(withoutComment(channel, title));
            sound = isDeclared(channel.value(), channel, title);
        }
        ComponentProvider.OfSink provider = provider(ComponentProvider.OfSink.class, type, title);
        if (!sound || provider == null) {
            return Optional.empty();
        }
        ComponentSettings settings =
                new ComponentSettings(ComponentKind.SINK, name, type, without(written, Set.of("type", "channel")));
        SettingsBinder binder = bind(settings, provider.settingsType(), Set.of());
        batchSizes.user(settings, binder, List.of(channel.value()));
        return Optional.of(new SinkConfiguration(settings, channel.value()));
    }

    private SettingsBinder bind(ComponentSettings settings, Class<? extends Record> type, Set<String> others) {
        SettingsBinder binder = settings.binder();
        binder.tryBind(type);
        problems.addAll(binder.problems());
        problems.addAll(binder.unknownKeys(others));
        problems.addAll(new NestedComponents(registry, settings).check(type, binder));
        effective.put(settings.type().key(), settings.type().value());
        binder.effective().forEach((key, value) -> effective.put(settings.prefix() + key, value));
        return binder;
    }

    private ConfigValue type(
            String group, String name, Map<String, ConfigValue> written, String title, List<String> known) {
        ConfigValue type = written.get("type");
        if (type == null) {
            ConfigValue list = keys.lists().get(group);
            String key = keys.agent() + "." + group + "." + name + ".type";
            if (written.isEmpty()) {
                error(
                        list,
                        title,
                        list.key() + ": " + name + ": not configured (expected: " + key + " = one of "
                                + String.join(", ", known) + ")");
                return null;
            }
            String expectation = " (expected: one of " + String.join(", ", known) + ")";
            ConfigValue place = written.values().iterator().next();
            error(place, title, key + ": missing" + expectation);
            return null;
        }
        return bareType(type, title);
    }

    private ConfigValue bareType(ConfigValue type, String title) {
        return type.withValue(withoutComment(type, title));
    }

    private <P extends ComponentProvider> P provider(Class<P> kind, ConfigValue type, String title) {
        if (type == null) {
            return null;
        }
        ComponentLookup<P> found = registry.lookup(kind, type.value());
        if (found.provider() == null) {
            error(type, title, found.message(type.key(), type.value()));
        }
        return found.provider();
    }

    private List<String> names(Class<? extends ComponentProvider> kind) {
        return registry.all(kind).stream()
                .map(ComponentProvider::alias)
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList();
    }

    /** The value without a comment behind it, with a warning when there was one. */
    private String withoutComment(ConfigValue value, String title) {
        String bare = SettingParser.bare(value.value());
        if (!bare.equals(value.value())) {
            warn(
                    value,
                    title,
                    value.key() + ": " + value.value() + ": read as " + bare
                            + " (expected: comments on lines of their own)");
        }
        return bare;
    }

    private static Map<String, ConfigValue> below(Map<String, ConfigValue> values, String prefix) {
        Map<String, ConfigValue> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix) && key.length() > prefix.length()) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    private static Map<String, ConfigValue> without(Map<String, ConfigValue> values, Set<String> read) {
        Map<String, ConfigValue> left = new LinkedHashMap<>(values);
        left.keySet().removeAll(read);
        return left;
    }

    private void error(ConfigValue place, String component, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.ERROR, component, message));
    }

    private void warn(ConfigValue place, String component, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.WARNING, component, message));
    }
}

package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.frame.FrameCompression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what is written about a source, its interceptors and its selector. */
final class SourceCheck {
    private final CheckContext context;

    SourceCheck(CheckContext context) {
        this.context = context;
    }

    Optional<SourceConfiguration> check(String name) {
        String title = "source " + name;
        Map<String, ConfigValue> written = context.keys.settings("sources", name);
        ConfigValue type = context.type("source", name, written);
        if (written.isEmpty()) {
            return Optional.empty();
        }
        List<String> channels = channels(name, written, title, type);
        ComponentProvider.OfSource provider = context.provider(ComponentProvider.OfSource.class, "source", type, title);
        List<ComponentSettings> interceptors = interceptors(name, written, title);
        Set<String> optional = new LinkedHashSet<>();
        ComponentSettings selector = selector(name, written, title, type, channels, optional);
        context.parts.add(new DeclaredPart(
                ComponentKind.SOURCE,
                name,
                type,
                context.types.alias("source", type),
                written.get("channels"),
                channels,
                Set.copyOf(optional),
                interceptors,
                written));
        if (type == null) {
            return Optional.empty();
        }
        Map<String, ConfigValue> values = CheckContext.without(written, Set.of("type", "channels", "interceptors"));
        values.keySet().removeIf(key -> key.startsWith("selector.") || key.startsWith("interceptors."));
        if (written.get("channels") == null) {
            values.remove("channel");
        }
        ComponentSettings settings = new ComponentSettings(ComponentKind.SOURCE, name, type, values);
        SettingsBinder polling = new SettingsBinder(title, type, values);
        Optional<CommonKeys.Polling> pauses = polling.tryBind(CommonKeys.Polling.class);
        if (provider == null) {
            context.checkAsFlume(settings);
            context.batchSizes.user(settings, null, channels);
            return Optional.empty();
        }
        Set<String> own = new LinkedHashSet<>();
        SettingsBinder.settingsOf(provider.settingsType()).forEach(setting -> own.add(setting.key()));
        if (!own.containsAll(polling.knownKeys())) {
            context.findings.addAll(polling.problems());
        }
        Set<String> others = new LinkedHashSet<>(polling.knownKeys());
        Optional<CompressionSettings> compression = compression(settings, own, others);
        SettingsBinder binder = context.bind(settings, provider, others);
        context.batchSizes.user(settings, binder, channels);
        if (channels.isEmpty() || selector == null || compression.isEmpty()) {
            return Optional.empty();
        }
        long maxBackoff = pauses.map(CommonKeys.Polling::maxBackoffSleep)
                .map(Duration::toMillis)
                .orElse(0L);
        return Optional.of(new SourceConfiguration(
                settings, channels, Set.copyOf(optional), selector, interceptors, compression.get(), maxBackoff));
    }

    /**
     * How its frames are compressed, empty when that is wrong: not at all where the source has a key of that name of its
     * own.
     *
     * @param own keys of the source
     * @param others gets the keys of compression
     */
    private Optional<CompressionSettings> compression(ComponentSettings settings, Set<String> own, Set<String> others) {
        SettingsBinder binder = settings.binder();
        for (Setting key : SettingsBinder.settingsOf(CompressionSettings.class)) {
            if (own.contains(key.key())) {
                return Optional.of(CompressionSettings.NONE);
            }
        }
        Optional<CompressionSettings> compression = binder.tryBind(CompressionSettings.class);
        others.addAll(binder.knownKeys());
        context.findings.addAll(binder.problems());
        if (compression.isPresent() && compression.get().compression() != FrameCompression.NONE) {
            binder.effective().forEach((key, value) -> context.effective.put(settings.prefix() + key, value));
        }
        return compression;
    }

    private List<String> channels(String name, Map<String, ConfigValue> written, String title, ConfigValue type) {
        ConfigValue list = written.get("channels");
        if (list == null) {
            String key = context.keys.agent() + ".sources." + name + ".channels";
            ConfigValue single = written.get("channel");
            ConfigValue place = type == null ? CheckContext.first(written) : type;
            context.findings.error(
                    single == null ? place : single,
                    title,
                    key + ": missing (expected: names of channels"
                            + (single == null ? "" : " under this key, not under channel") + ")");
            return List.of();
        }
        List<String> names =
                new ArrayList<>(new LinkedHashSet<>(SettingParser.list(context.findings.withoutComment(list, title))));
        if (names.isEmpty()) {
            context.findings.error(list, title, list.key() + ": empty (expected: names of channels)");
        }
        names.removeIf(channel -> !context.isDeclaredChannel(channel, list, title));
        return List.copyOf(names);
    }

    private List<ComponentSettings> interceptors(String source, Map<String, ConfigValue> written, String title) {
        ConfigValue list = written.get("interceptors");
        List<String> names =
                list == null ? List.of() : SettingParser.list(context.findings.withoutComment(list, title));
        if (list != null && names.isEmpty()) {
            context.findings.error(list, title, list.key() + ": empty (expected: names, or no such line)");
        }
        List<ComponentSettings> interceptors = new ArrayList<>();
        for (String name : names) {
            interceptor(source, name, list, written, title).ifPresent(interceptors::add);
        }
        written.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            if (parts[0].equals("interceptors") && parts.length > 1 && !names.contains(parts[1])) {
                context.findings.warn(
                        value,
                        title,
                        value.key() + ": not read (expected: " + parts[1] + " in " + context.keys.agent() + ".sources."
                                + source + ".interceptors)");
            }
        });
        return List.copyOf(interceptors);
    }

    private Optional<ComponentSettings> interceptor(
            String source, String name, ConfigValue list, Map<String, ConfigValue> written, String title) {
        Map<String, ConfigValue> values = CheckContext.below(written, "interceptors." + name + ".");
        ConfigValue type = values.get("type");
        if (type == null) {
            context.findings.error(
                    list,
                    title,
                    list.key() + "." + name + ".type: missing (expected: one of "
                            + String.join(", ", context.types.names("interceptor")) + ")");
            return Optional.empty();
        }
        ConfigValue bare = context.bareType(type, title);
        ComponentSettings settings = new ComponentSettings(
                ComponentKind.INTERCEPTOR, source + "." + name, bare, CheckContext.without(values, Set.of("type")));
        ComponentProvider.OfInterceptor provider =
                context.provider(ComponentProvider.OfInterceptor.class, "interceptor", bare, title);
        if (provider == null) {
            context.checkAsFlume(settings);
        } else {
            context.bind(settings, provider, Set.of());
        }
        return Optional.of(settings);
    }

    /** @param optional gets the names of channels that the selector never requires */
    private ComponentSettings selector(
            String source,
            Map<String, ConfigValue> written,
            String title,
            ConfigValue sourceType,
            List<String> channels,
            Set<String> optional) {
        if (sourceType == null) {
            return null;
        }
        Map<String, ConfigValue> values = CheckContext.below(written, "selector.");
        String prefix = context.keys.agent() + ".sources." + source + ".selector.";
        ConfigValue type = values.containsKey("type")
                ? context.bareType(values.get("type"), title)
                : new ConfigValue(prefix + "type", "replicating", sourceType.file(), sourceType.line());
        ComponentSettings settings = new ComponentSettings(
                ComponentKind.SELECTOR, source, type, CheckContext.without(values, Set.of("type")));
        ComponentProvider.OfSelector provider =
                context.provider(ComponentProvider.OfSelector.class, "selector", type, title);
        if (provider == null) {
            context.checkAsFlume(settings);
            return null;
        }
        SettingsBinder binder = context.bind(settings, provider, Set.of());
        boolean sound = binder.problems().stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
        if (sound && !channels.isEmpty()) {
            SelectorCheck.Result found = SelectorCheck.check(provider, settings, context.keys.agent(), channels);
            context.findings.addAll(found.problems());
            optional.addAll(found.optional());
            if (found.drops()) {
                context.findings.warn(
                        type,
                        title,
                        type.key() + ": " + type.value() + ": events that no mapping is for are dropped (expected: "
                                + prefix + "default = channels, one of type null where they are to be dropped)");
            }
        }
        return settings;
    }
}

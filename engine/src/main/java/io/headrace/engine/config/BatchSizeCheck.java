package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Compares the batch sizes that a configuration writes for sources and sinks with what their channels allow: every key
 * whose last part ends in {@code batchSize}, in any spelling, of whatever component. A default is never compared: nobody
 * wrote it, Flume's configurations were sized for Flume's, and nothing here depends on it.
 */
final class BatchSizeCheck {
    private static final Pattern BATCH_SIZE = Pattern.compile(".*batch[-_.]?size", Pattern.CASE_INSENSITIVE);
    private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");
    private static final String LIMIT = "transactionCapacity";

    private record Limit(String key, long events, boolean written) {}

    private final Map<String, Limit> limits = new HashMap<>();
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    void channel(String name, ComponentSettings settings, SettingsBinder binder) {
        if (binder.boundValue(LIMIT) instanceof Number events) {
            boolean written = settings.values().containsKey(LIMIT);
            limits.put(name, new Limit(settings.prefix() + LIMIT, events.longValue(), written));
        }
    }

    /** Compares what is written for a source or sink; {@code binder} is null for a component that does not run here. */
    void user(ComponentSettings settings, SettingsBinder binder, List<String> channels) {
        settings.values().forEach((key, written) -> {
            if (BATCH_SIZE.matcher(key).matches()) {
                events(key, written, binder)
                        .ifPresent(events ->
                                channels.forEach(channel -> compare(settings, written, events, limits.get(channel))));
            }
        });
    }

    List<ConfigurationProblem> problems() {
        return problems;
    }

    private static OptionalLong events(String key, ConfigValue written, SettingsBinder binder) {
        if (binder != null && binder.boundValue(key) instanceof Number events) {
            return OptionalLong.of(events.longValue());
        }
        String bare = SettingParser.bare(written.value());
        return WHOLE.matcher(bare).matches() ? OptionalLong.of(Long.parseLong(bare)) : OptionalLong.empty();
    }

    private void compare(ComponentSettings settings, ConfigValue written, long events, Limit limit) {
        if (limit == null || events <= limit.events()) {
            return;
        }
        problems.add(ConfigurationProblem.at(
                written,
                Severity.ERROR,
                settings.owner(),
                written.key() + ": " + events + " (expected: <= " + limit.key() + " " + limit.events()
                        + (limit.written() ? "" : ", the default") + ")"));
    }
}

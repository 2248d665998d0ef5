package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares the batch sizes of sources and sinks with what their channels allow. Two defaults are never compared: nobody
 * wrote either of them.
 */
final class BatchSizeCheck {
    private static final Pattern BATCH_SIZE = Pattern.compile("(?:.*\\.)?batch-?size", Pattern.CASE_INSENSITIVE);
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

    void user(ComponentSettings settings, SettingsBinder binder, List<String> channels) {
        for (String key : binder.knownKeys()) {
            if (BATCH_SIZE.matcher(key).matches() && binder.boundValue(key) instanceof Number events) {
                channels.forEach(channel -> compare(settings, key, events.longValue(), limits.get(channel)));
            }
        }
    }

    List<ConfigurationProblem> problems() {
        return problems;
    }

    private void compare(ComponentSettings settings, String key, long events, Limit limit) {
        ConfigValue written = settings.values().get(key);
        if (limit == null || events <= limit.events() || written == null && !limit.written()) {
            return;
        }
        problems.add(ConfigurationProblem.at(
                written == null ? settings.type() : written,
                Severity.ERROR,
                settings.owner(),
                (written == null ? settings.prefix() + key : written.key()) + ": " + events
                        + (written == null ? ", the default" : "") + " (expected: <= " + limit.key() + " "
                        + limit.events() + (limit.written() ? "" : ", the default") + ")"));
    }
}

package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares the batch sizes that a configuration writes for sources and sinks with what their channels allow. A default is
 * never compared: nobody wrote it, Flume's configurations were sized for Flume's, and nothing here depends on it.
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
        if (limit == null || events <= limit.events() || written == null) {
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

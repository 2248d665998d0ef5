package io.headrace.engine.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of Flume's components.
 *
 * @param kind as {@link ComponentKind#word()}, or {@code processor}
 * @param names the alias first, then others that mean it
 * @param instead what this version has for the same purpose; empty when there is nothing to say
 * @param keys its own and those that are taken for its own
 */
record FlumeType(String kind, List<String> names, String instead, List<FlumeKey> keys) {
    String alias() {
        return names.get(0);
    }

    boolean isNamed(String type) {
        return names.stream().anyMatch(type::equalsIgnoreCase);
    }

    /** What is known of a key. */
    Optional<FlumeKey> key(String key) {
        Optional<FlumeKey> exact = keys.stream()
                .filter(known -> !known.isPrefix() && known.matches(key))
                .findFirst();
        return exact.isPresent()
                ? exact
                : keys.stream()
                        .filter(known -> known.isPrefix() && known.matches(key))
                        .findFirst();
    }

    /** The keys that there are, {@code prefix.*} included. */
    List<String> keyNames() {
        return keys.stream()
                .filter(key -> !key.isMistake())
                .map(FlumeKey::pattern)
                .toList();
    }

    /** Checks what is written about a component of this type; {@code title} as in messages. */
    void check(String title, ConfigValue type, Map<String, ConfigValue> written, Findings findings, KeyAdvice advice) {
        written.forEach((key, value) -> {
            Optional<FlumeKey> known = key(key).filter(candidate -> !candidate.isMistake());
            if (known.isEmpty()) {
                findings.warn(value, title, value.key() + ": unknown key" + advice.on(kind, alias(), key, keyNames()));
            } else {
                checkValue(known.get(), title, value, findings);
            }
        });
        String prefix = type.key().substring(0, type.key().lastIndexOf('.') + 1);
        for (FlumeKey key : keys) {
            boolean there = written.keySet().stream().anyMatch(key::matches);
            if (key.required() && !there) {
                findings.error(
                        type,
                        title,
                        prefix + key.pattern() + ": missing (expected: a value, " + alias() + " needs it)");
            }
        }
    }

    private static void checkValue(FlumeKey known, String title, ConfigValue value, Findings findings) {
        String shown = SettingsBinder.shown(value.key(), value.value());
        if (known.kind() == FlumeKey.Kind.UNUSED) {
            findings.note(value, title, value.key() + ": " + shown + ": has no effect (" + known.note() + ")");
        } else if (value.value().isEmpty()) {
            findings.error(value, title, value.key() + ": empty (expected: a value, or no such line)");
        } else if (known.isText()) {
            if (SettingParser.withoutComment(value.value()) != null) {
                findings.warn(value, title, SettingsBinder.tailOfText(value));
            }
        } else {
            String bare = findings.withoutComment(value, title);
            known.expectation(bare)
                    .ifPresent(expectation -> findings.error(
                            value, title, value.key() + ": " + shown + " (expected: " + expectation + ")"));
        }
    }
}

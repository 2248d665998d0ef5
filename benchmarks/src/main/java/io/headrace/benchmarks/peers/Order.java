package io.headrace.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names and values in one line of text: what a rig wants, or what a peer answers. Immutable. */
public record Order(Map<String, String> values) {
    private static final String SEPARATOR = "\t";

    public Order {
        values = Map.copyOf(values);
    }

    /** The order that {@link #line()} wrote. */
    static Order parse(String line) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : line.split(SEPARATOR)) {
            int at = pair.indexOf('=');
            if (at <= 0) {
                throw new IllegalArgumentException("order: " + line + " (expected: name=value, between tabs)");
            }
            values.put(pair.substring(0, at), pair.substring(at + 1));
        }
        return new Order(values);
    }

    String line() {
        StringBuilder line = new StringBuilder();
        values.forEach((name, value) -> {
            if (value.contains(SEPARATOR) || value.contains("\n")) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: neither tab nor line feed)");
            }
            line.append(line.length() == 0 ? "" : SEPARATOR)
                    .append(name)
                    .append('=')
                    .append(value);
        });
        return line.toString();
    }

    /** A value that must be there. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": nothing (expected: a value)");
        }
        return value;
    }

    /** A whole number that must be there. */
    public long number(String name) {
        return Long.parseLong(text(name));
    }

    /** A whole number. */
    public long number(String name, long otherwise) {
        return values.containsKey(name) ? number(name) : otherwise;
    }

    /** The same with a value more or another one. */
    public Order with(String name, Object value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.put(name, String.valueOf(value));
        return new Order(changed);
    }
}

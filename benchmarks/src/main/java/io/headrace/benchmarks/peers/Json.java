package io.headrace.benchmarks.peers;

import java.util.List;
import java.util.stream.Collectors;

/** Writes one JSON object in one line. Owned by one thread. */
final class Json {
    private final StringBuilder members = new StringBuilder();

    Json text(String name, String value) {
        return raw(name, quoted(value));
    }

    Json texts(String name, List<String> values) {
        return raw(name, values.stream().map(Json::quoted).collect(Collectors.joining(", ", "[", "]")));
    }

    Json number(String name, long value) {
        return raw(name, Long.toString(value));
    }

    Json number(String name, double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a number)");
        }
        return raw(name, Double.toString(value));
    }

    /** A member whose value is JSON already. */
    Json raw(String name, String json) {
        members.append(members.length() == 0 ? "" : ", ")
                .append(quoted(name))
                .append(": ")
                .append(json);
        return this;
    }

    @Override
    public String toString() {
        return "{" + members + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}

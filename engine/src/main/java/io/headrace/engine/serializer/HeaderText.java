package io.headrace.engine.serializer;

import java.util.HashMap;
import java.util.Map;

/**
 * Headers as Flume's logger and its serializer {@code header_and_text} print them: {@code {name=value, ...}}, in the order
 * of a {@link HashMap} into which they were put one by one, because that is what an event's headers are there. Safe for any
 * thread.
 */
public final class HeaderText {
    private HeaderText() {}

    /** The text. */
    public static String of(Map<String, String> headers) {
        Map<String, String> ordered = new HashMap<>();
        // Not putAll, which would make a table of another size and thereby another order.
        headers.forEach(ordered::put);
        return ordered.toString();
    }
}

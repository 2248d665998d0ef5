package io.headrace.client;

import java.util.Map;

/**
 * What is appended. The body is not copied before the append returns, and not kept afterwards.
 *
 * @param headers names and values, UTF-8 on the way
 */
public record Event(Map<String, String> headers, byte[] body) {
    /** Without headers. */
    public Event(byte[] body) {
        this(Map.of(), body);
    }
}

package io.headrace.engine.config;

import java.util.Locale;

/** What can be configured. */
public enum ComponentKind {
    SOURCE,
    CHANNEL,
    SINK,
    INTERCEPTOR,
    SELECTOR,
    SINKGROUP;

    /** As in messages. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

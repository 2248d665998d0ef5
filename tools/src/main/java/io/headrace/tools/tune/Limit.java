package io.headrace.tools.tune;

import java.util.Locale;

/** What keeps a pipeline from doing more. */
enum Limit {
    PROCESSOR,
    DEVICE,
    WIRE;

    /** As programs and people read it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

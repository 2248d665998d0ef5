package io.headrace.tools.tune;

import io.headrace.engine.config.ComponentKind;

/**
 * A setting that may be tuned, with the values that are tried, in order. How often a log is synced is none: that is not
 * for speed to decide.
 */
enum Knob {
    BATCH(ComponentKind.SOURCE, "batchSize", "10", "100", "300", "1000", "3000", "10000"),
    APPENDER(ComponentKind.CHANNEL, "appender", "auto", "direct", "positional", "mapped"),
    WINDOW(ComponentKind.SINK, "window", "65536", "262144", "1048576", "4194304", "16777216", "67108864"),
    FRAME_BYTES(ComponentKind.CHANNEL, "frameBytes", "65536", "196608", "524288", "1048576"),
    GROUP_BYTES(ComponentKind.CHANNEL, "groupBytes", "65536", "262144", "524288", "1048576"),
    LEASE_BYTES(ComponentKind.SINK, "batch-bytes", "262144", "1048576", "4194304"),
    CONNECTIONS(ComponentKind.SINK, "connections", "1", "2", "4"),
    WAIT_STRATEGY(ComponentKind.CHANNEL, "waitStrategy", "blocking", "adaptive", "yield", "spin");

    private final ComponentKind component;
    private final String key;
    private final String[] values;

    Knob(ComponentKind component, String key, String... values) {
        this.component = component;
        this.key = key;
        this.values = values;
    }

    /** Whose setting it is: SOURCE, CHANNEL or SINK. */
    ComponentKind component() {
        return component;
    }

    String key() {
        return key;
    }

    /** The values to try. */
    String[] tried() {
        return values.clone();
    }

    /** As it is named to people. */
    String label() {
        return component.word() + "." + key;
    }
}

package io.headrace.tools.bench;

import java.util.Locale;

/** What is measured. */
public enum WorkloadKind {
    /** Producers, one channel with all its threads, a sink that verifies. */
    CHANNEL,
    /** The write-ahead log alone: a journal that appends, writes and syncs. */
    WAL,
    /** A channel in memory, the sink and source {@code link} over loopback, a channel in memory, a sink that verifies. */
    LINK,
    /** As {@link #LINK} with channels of a type, {@code file} unless chosen: two tiers in one process. */
    PIPELINE;

    /** As it is called at the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether frames travel over a link. */
    public boolean hasLink() {
        return this == LINK || this == PIPELINE;
    }

    /** How many logs there are, where channels have one. */
    int logs() {
        return this == PIPELINE ? 2 : 1;
    }
}

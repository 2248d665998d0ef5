package io.headrace.tools.tune;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What is asked for.
 *
 * @param p99LimitMicros within which 99 % of the events are to be delivered; 0 for no limit
 * @param size bytes of an event
 * @param folder where trials write; null for the disk of the channel's log, or the current folder
 * @param budget how long it may take
 * @param peak events a second at most, 0 when not named
 * @param outage of the next tier that is to be borne; null when not named
 * @param peerHost of another machine's far end; null for one in this process
 * @param peerPort of it
 */
public record TuneOptions(
        Goal goal,
        double p99LimitMicros,
        int size,
        Path folder,
        Duration budget,
        long peak,
        Duration outage,
        String peerHost,
        int peerPort) {
    /** No budget may be longer. */
    public static final Duration LONGEST_BUDGET = Duration.ofHours(1);

    /** Without a peer. */
    public boolean isLoopback() {
        return peerHost == null;
    }
}

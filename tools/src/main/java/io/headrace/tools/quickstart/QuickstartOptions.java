package io.headrace.tools.quickstart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a quickstart does.
 *
 * @param files to feed; empty for generated lines
 * @param lines how many to generate
 * @param lineBytes their mean length
 * @param channel of the agent; the collector's is always a file channel
 * @param victim who is killed
 * @param kills how often
 * @param seed of the lines and of the points at which is killed
 * @param folder in which the run's own folder is made
 * @param keep whether input and output stay
 * @param stallTimeout after which a run in which nothing arrives is given up
 */
public record QuickstartOptions(
        List<Path> files,
        long lines,
        int lineBytes,
        ChannelKind channel,
        Victim victim,
        int kills,
        long seed,
        Path folder,
        boolean keep,
        Duration stallTimeout) {
    /** Channels of the agent's tier. */
    public enum ChannelKind {
        FILE,
        DUAL,
        MEMORY
    }

    /** Who is killed. */
    public enum Victim {
        COLLECTOR,
        AGENT,
        BOTH,
        NONE;

        boolean isCollector() {
            return this == COLLECTOR || this == BOTH;
        }

        boolean isAgent() {
            return this == AGENT || this == BOTH;
        }
    }
}

package io.headrace.tools.tune;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What tuning found. After a stop what was not done yet is missing: a null, or an empty list.
 *
 * @param folder where trials wrote
 * @param fileSystem of it
 * @param processors that this process may use
 * @param pipeline what was tuned
 * @param fromFile whether the baseline is a configuration, not the defaults
 * @param disk null without a log
 * @param processor what one processor does
 * @param line null without a link
 * @param peer as it was named; null for loopback
 * @param trials all of them, in order
 * @param pacedRate events a second of trials at a fixed rate; 0 where there was none
 * @param recommended the baseline where nothing is better; the best so far where the comparison was not done
 * @param comparison of the baseline with the best found
 * @param shortage what there was no time for; null when there was time for all, or it was stopped
 * @param use what the recommended settings use
 * @param properties that change the baseline into what is recommended, by full key
 * @param outage null when no peak was named
 * @param stopped whether it was stopped early
 * @param seconds that it took
 */
record TuneResult(
        TuneOptions options,
        Path folder,
        String fileSystem,
        int processors,
        Pipeline pipeline,
        boolean fromFile,
        DiskSpeed disk,
        ProcessorSpeed processor,
        BareLine.Speed line,
        String peer,
        List<Trial> trials,
        long pacedRate,
        Candidate recommended,
        Comparison comparison,
        Shortage shortage,
        Use use,
        Map<String, String> properties,
        Outage outage,
        boolean stopped,
        double seconds) {
    /** Whether nothing better was found, and there may be. */
    boolean isTooShortToTell() {
        return shortage != null
                && shortage.isTooShortToTell()
                && comparison.isVerified()
                && comparison.gain(options.goal(), options.p99LimitMicros()) == 0;
    }
}

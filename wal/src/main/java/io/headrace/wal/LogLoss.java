package io.headrace.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What it costs when some sequences of a log are gone: which of them the sinks, and which the other cursors, have yet to get.
 * What was committed or never used is no loss. Owned by one thread; changes nothing.
 */
final class LogLoss {
    private final LogState state;

    /** @param state as the newest checkpoint has it */
    LogLoss(LogState state) {
        this.state = state;
    }

    /** What the sinks miss of the sequences from {@code first} to {@code last}, in order. */
    List<LogDamage.SequenceRange> ofSinks(long first, long last) {
        return missing(state.committed(), first, last);
    }

    /** What cursors beside the sinks' miss, by the names of those that miss something. */
    Map<String, List<LogDamage.SequenceRange>> ofCursors(long first, long last) {
        Map<String, List<LogDamage.SequenceRange>> lost = new TreeMap<>();
        state.cursors().forEach((name, cursor) -> {
            List<LogDamage.SequenceRange> ranges = missing(cursor.committed(), first, last);
            if (!ranges.isEmpty()) {
                lost.put(name, ranges);
            }
        });
        return lost;
    }

    /** What of some sequences was used and is not committed. */
    private List<LogDamage.SequenceRange> missing(SequenceWindow committed, long first, long lastLost) {
        List<LogDamage.SequenceRange> lost = new ArrayList<>();
        long from = Math.max(first, committed.floor() + 1);
        // Behind the last sequence that there is comes a negative one.
        while (from > 0 && from <= lastLost) {
            Map.Entry<Long, Long> hole = state.holes().floorEntry(from);
            if (hole != null && hole.getValue() >= from) {
                from = hole.getValue() + 1;
            } else if (committed.isMarked(from)) {
                from++;
            } else {
                long to = from >= committed.highest() ? lastLost : committed.nextMarked(from) - 1;
                Long nextHole = state.holes().higherKey(from);
                to = Math.min(lastLost, nextHole == null ? to : Math.min(to, nextHole - 1));
                lost.add(new LogDamage.SequenceRange(from, to));
                from = to + 1;
            }
        }
        return lost;
    }
}

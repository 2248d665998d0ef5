package io.headrace.wal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One place of a log that is not as it was written.
 *
 * @param kind what is damaged
 * @param file the segment or checkpoint
 * @param offset where in it, in bytes; 0 when all of it
 * @param end where it can be read again, or its end
 * @param lost sequences that are missing and were acknowledged and not committed, in order
 * @param lostOnCursors of those that are missing the ones which cursors beside the sinks' have yet to get, by the name of
 *     the cursor; without cursors that miss nothing
 * @param events as far as damaged headers tell, how many events that were
 * @param fault what was found there
 */
public record LogDamage(
        Kind kind,
        Path file,
        long offset,
        long end,
        List<SequenceRange> lost,
        Map<String, List<SequenceRange>> lostOnCursors,
        long events,
        String fault) {
    /** What is damaged. */
    public enum Kind {
        /** Bytes of a segment where a frame should be. */
        FRAMES,
        /** A segment that is not there, or whose header cannot be read. */
        SEGMENT,
        /** A segment that is not as long as its header says. */
        SIZE,
        /** Both slots of the checkpoint. */
        CHECKPOINT
    }

    /** Sequences from {@code first} to {@code last}. */
    public record SequenceRange(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + " to " + last;
        }
    }

    public LogDamage {
        lost = List.copyOf(lost);
        lostOnCursors = new TreeMap<>(lostOnCursors);
    }

    /** What cursors beside the sinks' miss in all, by name, in order. */
    public static Map<String, List<SequenceRange>> lostOnCursors(List<LogDamage> damages) {
        Map<String, List<SequenceRange>> lost = new TreeMap<>();
        for (LogDamage damage : damages) {
            damage.lostOnCursors.forEach((cursor, ranges) ->
                    lost.computeIfAbsent(cursor, name -> new ArrayList<>()).addAll(ranges));
        }
        return lost;
    }

    /** How many sequences are missing. */
    public long lostSequences() {
        return count(lost);
    }

    /** How many sequences are in some ranges. */
    public static long count(List<SequenceRange> ranges) {
        return ranges.stream()
                .mapToLong(range -> range.last() - range.first() + 1)
                .sum();
    }

    /** {@code 3, 7 to 9}, or {@code none}. */
    public static String text(List<SequenceRange> ranges) {
        return ranges.isEmpty()
                ? "none"
                : String.join(", ", ranges.stream().map(SequenceRange::toString).toList());
    }
}

package io.headrace.engine.channel;

import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SimulatedDisk.Call;
import io.headrace.wal.SimulatedDisk.Effect;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Counts where simulated processes died, what their disks did, and what came of rot, over many schedules. Safe for any
 * thread.
 */
final class CrashCoverage {
    /** What the process was at when it died. */
    enum Step {
        BETWEEN_CALLS,
        JOURNAL_WRITE,
        JOURNAL_SYNC,
        ROLL,
        CHECKPOINT,
        PREPARE,
        RELEASE,
        RECOVERY,
        RECOVERY_COPY
    }

    /** What the journal was at. */
    private enum Mode {
        /** It always writes. */
        FILE,
        SPILL_ON,
        SPILL_OFF
    }

    /** What became of a named cursor. */
    enum OfCursor {
        MADE,
        LEFT_ALONE,
        EXPIRED,
        DROPPED,
        FAILED_READING,
        /** It got all that was there for it after the sinks had. */
        DRAINED
    }

    /** A copy that came over another stream and was left out. */
    enum Copy {
        LEFT_OUT,
        SENT_AGAIN_AND_LEFT_OUT
    }

    /** What came of memory that was short. */
    enum Memory {
        /** Frames left it for the log of a channel that always writes. */
        LEFT_IN_FILE,
        LEFT_IN_DUAL,
        /** A put found no room, and was told when there was some. */
        WAITED_FOR
    }

    private static final int COLUMNS = 4;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** A process died while it was opening the channel. */
    void diedOpening(Throwable death) {
        count(name(death == null || !isIn(death, "TailCopy", null) ? Step.RECOVERY : Step.RECOVERY_COPY));
    }

    /** A channel could not be opened because a call failed. */
    void failedOpening() {
        count("opening failed");
    }

    /** A process died; {@code death} shows in which call, null when it was in none. */
    void died(Throwable death, ChannelPolicy policy, boolean spilling) {
        Mode mode = policy == ChannelPolicy.FILE ? Mode.FILE : spilling ? Mode.SPILL_ON : Mode.SPILL_OFF;
        count(name(step(death)));
        count(name(mode));
    }

    void cursor(OfCursor what) {
        count(name(what));
    }

    void memory(Memory what) {
        count(name(what));
    }

    void leftOut(boolean again) {
        count(name(again ? Copy.SENT_AGAIN_AND_LEFT_OUT : Copy.LEFT_OUT));
    }

    void rotted(RotExperiment.Outcome outcome) {
        count(name(outcome));
    }

    /** A schedule is over: what its disk did. */
    void add(SimulatedDisk disk) {
        for (Call call : Call.values()) {
            counts.computeIfAbsent(name(call), key -> new LongAdder()).add(disk.failed(call));
        }
        for (Effect effect : Effect.values()) {
            counts.computeIfAbsent(name(effect), key -> new LongAdder()).add(disk.count(effect));
        }
    }

    private static Step step(Throwable death) {
        if (death == null) {
            return Step.BETWEEN_CALLS;
        } else if (isIn(death, "CheckpointStore", null)) {
            return Step.CHECKPOINT;
        } else if (isIn(death, "SegmentMaker", "recycle")
                || isIn(death, "SpareSegments", "shrink")
                || isIn(death, "SegmentPreparer", "takeReturned")) {
            return Step.RELEASE;
        } else if (isIn(death, "SegmentPreparer", null) && !isIn(death, "Segment", "syncLeft")) {
            return Step.PREPARE;
        } else if (isIn(death, "Segment", "begin")) {
            return Step.ROLL;
        } else if (isIn(death, null, "sync") || isIn(death, "Segment", "syncLeft")) {
            return Step.JOURNAL_SYNC;
        }
        return Step.JOURNAL_WRITE;
    }

    private static boolean isIn(Throwable death, String type, String method) {
        return Arrays.stream(death.getStackTrace())
                .anyMatch(frame -> (type == null || frame.getClassName().endsWith("." + type))
                        && (method == null || frame.getMethodName().equals(method)));
    }

    private void count(String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    /** How often everything came to pass that the schedules are for, by name. */
    Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        addAll(all, Step.values());
        addAll(all, Mode.values());
        addAll(all, Call.values());
        addAll(all, Effect.values());
        addAll(all, RotExperiment.Outcome.values());
        addAll(all, OfCursor.values());
        addAll(all, Copy.values());
        addAll(all, Memory.values());
        return all;
    }

    private void addAll(Map<String, Long> all, Enum<?>[] values) {
        for (Enum<?> value : values) {
            LongAdder count = counts.get(name(value));
            all.put(name(value), count == null ? 0 : count.sum());
        }
    }

    private static String name(Enum<?> value) {
        String kind =
                switch (value.getDeclaringClass().getSimpleName()) {
                    case "Step" -> "died in ";
                    case "Mode" -> "died with ";
                    case "Call" -> "EIO in ";
                    case "Outcome" -> "rot ";
                    case "OfCursor" -> "cursor ";
                    case "Copy" -> "copy ";
                    case "Memory" -> "memory ";
                    default -> "disk: ";
                };
        return kind + value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** A table of {@link #all()}. */
    @Override
    public String toString() {
        int[] column = {0};
        return all().entrySet().stream()
                .map(entry -> "%-24s %9d%s"
                        .formatted(entry.getKey(), entry.getValue(), ++column[0] % COLUMNS == 0 ? "\n" : "   "))
                .collect(Collectors.joining());
    }
}

package io.headrace.engine.channel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;

/** Counts where simulated processes died, over many schedules. Safe for any thread. */
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

    private enum Spill {
        /** A journal that always writes. */
        ALWAYS,
        OFF,
        ON
    }

    private final Map<Step, AtomicLongArray> deaths = new EnumMap<>(Step.class);
    private final List<Step> open = List.of(Step.RECOVERY, Step.RECOVERY_COPY);

    CrashCoverage() {
        for (Step step : Step.values()) {
            deaths.put(step, new AtomicLongArray(Spill.values().length));
        }
    }

    /** A process died while it was opening the channel. */
    void diedOpening(Throwable death) {
        count(death == null || !isIn(death, "LogRecovery", "copy") ? Step.RECOVERY : Step.RECOVERY_COPY, Spill.ALWAYS);
    }

    /** A process died; {@code death} shows in which call, null when it was in none. */
    void died(Throwable death, ChannelPolicy policy, boolean spilling) {
        count(step(death), policy == ChannelPolicy.FILE ? Spill.ALWAYS : spilling ? Spill.ON : Spill.OFF);
    }

    private void count(Step step, Spill spill) {
        deaths.get(step).incrementAndGet(spill.ordinal());
    }

    private static Step step(Throwable death) {
        if (death == null) {
            return Step.BETWEEN_CALLS;
        } else if (isIn(death, "CheckpointStore", null)) {
            return Step.CHECKPOINT;
        } else if (isIn(death, "SegmentPreparer", "recycleInPlace") || isIn(death, "SegmentPreparer", "shrink")) {
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

    long deathsAt(Step step) {
        AtomicLongArray counts = deaths.get(step);
        long sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    long deathsSpilling() {
        return sumOf(Spill.ON);
    }

    long deathsInMemory() {
        return sumOf(Spill.OFF);
    }

    private long sumOf(Spill spill) {
        return deaths.values().stream()
                .mapToLong(counts -> counts.get(spill.ordinal()))
                .sum();
    }

    @Override
    public String toString() {
        return deaths.keySet().stream()
                .map(step -> "%-14s %8d   with file %7d   spilling %7d   in memory %7d"
                        .formatted(
                                step,
                                deathsAt(step),
                                open.contains(step) ? 0 : deaths.get(step).get(Spill.ALWAYS.ordinal()),
                                deaths.get(step).get(Spill.ON.ordinal()),
                                deaths.get(step).get(Spill.OFF.ordinal())))
                .collect(Collectors.joining("\n"));
    }
}

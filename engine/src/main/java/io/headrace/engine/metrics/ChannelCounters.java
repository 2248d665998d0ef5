package io.headrace.engine.metrics;

import java.util.List;

/** Flume's counters of a channel, shown from the start: who watches finds them also while the channel cannot be opened. */
public final class ChannelCounters {
    private static final List<String> COUNTERS = List.of(
            "EventPutAttemptCount",
            "EventPutSuccessCount",
            "EventPutErrorCount",
            "EventTakeAttemptCount",
            "EventTakeSuccessCount",
            "EventTakeErrorCount",
            "CheckpointWriteErrorCount",
            // Both slots of a checkpoint are written by turns: what fails is counted as CheckpointWriteErrorCount.
            "CheckpointBackupWriteErrorCount");

    private ChannelCounters() {}

    /** As they are while there is no channel. */
    public static void declare(MetricGroup group) {
        COUNTERS.forEach(group::counter);
        for (String gauge : List.of("ChannelSize", "ChannelCapacity", "Open", "Unhealthy")) {
            group.gauge(gauge, () -> 0);
        }
        group.doubleGauge("ChannelFillPercentage", () -> 0);
        group.gauge("Closed", () -> 1);
    }
}

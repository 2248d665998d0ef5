package io.headrace.engine.metrics;

import java.util.List;

/** Counters of a channel, Flume's and of what should not happen, shown from the start: who watches finds them also while the channel cannot be opened. */
public final class ChannelCounters {
    /** Times that a write, a sync or a read of the log failed, or that it could not be opened for such a failure. */
    public static final String LOG_ERRORS = "LogErrorCount";

    /** Times that one slot of the checkpoint was bad when the log was opened. */
    public static final String SLOT_ERRORS = "CheckpointSlotErrorCount";

    /** Times that a write or a sync of the log did not return for seconds while frames waited for it. */
    public static final String LOG_STALLS = "LogStallCount";

    private static final List<String> COUNTERS = List.of(
            "EventPutAttemptCount",
            "EventPutSuccessCount",
            "EventPutErrorCount",
            "EventTakeAttemptCount",
            "EventTakeSuccessCount",
            "EventTakeErrorCount",
            "CheckpointWriteErrorCount",
            LOG_ERRORS,
            LOG_STALLS,
            SLOT_ERRORS,
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

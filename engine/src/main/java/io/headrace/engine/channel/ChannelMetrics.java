package io.headrace.engine.channel;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;

/** The counters and times of a channel: Flume's names where Flume has one. */
final class ChannelMetrics {
    final Counter putAttempts;
    final Counter putSuccesses;
    final Counter putErrors;
    final Counter takeAttempts;
    final Counter takeSuccesses;
    final Counter takeErrors;
    final Counter duplicates;
    final Counter originDuplicates;
    final Counter spillRuns;
    final Counter evictedFrames;
    final Counter framesWritten;
    final Counter bytesWritten;
    final Counter syncs;
    final Counter checkpoints;
    final Counter checkpointErrors;
    final Counter inputsExpired;
    final Counter cursorsExpired;
    final Timing put;
    final Timing ack;
    final Timing residence;
    final Timing sync;
    final Timing checkpoint;
    private final Counter[] full = new Counter[FullReason.values().length];

    ChannelMetrics(MetricGroup group) {
        putAttempts = group.counter("EventPutAttemptCount");
        putSuccesses = group.counter("EventPutSuccessCount");
        putErrors = group.counter("EventPutErrorCount");
        takeAttempts = group.counter("EventTakeAttemptCount");
        takeSuccesses = group.counter("EventTakeSuccessCount");
        takeErrors = group.counter("EventTakeErrorCount");
        duplicates = group.counter("DuplicateFrameCount");
        originDuplicates = group.counter("OriginDuplicateEventCount");
        spillRuns = group.counter("SpillRunCount");
        evictedFrames = group.counter("EvictedFrameCount");
        framesWritten = group.counter("LogFrameCount");
        bytesWritten = group.counter("LogByteCount");
        syncs = group.counter("LogSyncCount");
        checkpoints = group.counter("CheckpointCount");
        checkpointErrors = group.counter("CheckpointWriteErrorCount");
        inputsExpired = group.counter("InputExpiredCount");
        cursorsExpired = group.counter("CursorExpiredCount");
        put = group.timing("put");
        ack = group.timing("ack");
        residence = group.timing("residence");
        sync = group.timing("sync");
        checkpoint = group.timing("checkpoint");
        for (FullReason reason : FullReason.values()) {
            full[reason.ordinal()] = group.counter("Full_" + reason.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    void full(FullReason reason) {
        full[reason.ordinal()].increment();
    }
}

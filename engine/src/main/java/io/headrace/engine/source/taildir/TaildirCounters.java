package io.headrace.engine.source.taildir;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;

/** The source's counters, with Flume's names where Flume has one. */
final class TaildirCounters {
    /** Events in frames that were built. */
    final Counter eventsReceived;

    /** Events that the channels took. */
    final Counter eventsAccepted;

    /** Frames built. */
    final Counter batchesReceived;

    /** Frames that the channels took. */
    final Counter batchesAccepted;

    /** Errors while reading a file. */
    final Counter readFailures;

    /** Frames that a channel had no room for at first. */
    final Counter channelFull;

    /** Frames that could not be put because a channel failed. */
    final Counter channelFailures;

    /** Bytes of files that are in frames. */
    final Counter bytes;

    /** Files that became shorter than what was read of them, or were written anew. */
    final Counter truncations;

    /** Files that were found under another name. */
    final Counter renames;

    /** Lines that were longer than {@code maxLineBytes}. */
    final Counter splitLines;

    /** Position files that could not be written. */
    final Counter positionFailures;

    TaildirCounters(MetricGroup group) {
        eventsReceived = group.counter("EventReceivedCount");
        eventsAccepted = group.counter("EventAcceptedCount");
        batchesReceived = group.counter("AppendBatchReceivedCount");
        batchesAccepted = group.counter("AppendBatchAcceptedCount");
        readFailures = group.counter("EventReadFail");
        channelFull = group.counter("ChannelFullCount");
        channelFailures = group.counter("ChannelWriteFail");
        bytes = group.counter("ReadBytesCount");
        truncations = group.counter("TruncationCount");
        renames = group.counter("RenameCount");
        splitLines = group.counter("SplitLineCount");
        positionFailures = group.counter("PositionWriteFail");
    }
}

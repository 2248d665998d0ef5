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

    /** Bytes that were seen in files and destroyed, by truncation or deletion, before they were read. */
    final Counter unreadLost;

    /** Bytes in frames that a truncation destroyed and that were read from a copy of the file, in the life that found it. */
    final Counter recovered;

    /** Files that go on where the one before them at their path ended: saved by an editor. */
    final Counter resumed;

    /** Files that came to a path where another one was and do not go on with its content. */
    final Counter replaced;

    /** Files that were closed because others were to be opened. */
    final Counter closedForOthers;

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
        unreadLost = group.counter("UnreadBytesLostCount");
        recovered = group.counter("CopyReadBytesCount");
        resumed = group.counter("ResumedFileCount");
        replaced = group.counter("ReplacedFileCount");
        closedForOthers = group.counter("ClosedForOthersCount");
        renames = group.counter("RenameCount");
        splitLines = group.counter("SplitLineCount");
        positionFailures = group.counter("PositionWriteFail");
    }
}

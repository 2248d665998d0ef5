package io.headrace.engine.metrics;

import java.util.Locale;
import java.util.Map;

/** A sentence for each metric that is not clear from its name. */
final class MetricHelp {
    private static final Map<String, String> SENTENCES = Map.ofEntries(
            Map.entry("ChannelSize", "Events in the channel that no sink has committed."),
            Map.entry("ChannelCapacity", "Events that the channel holds at most."),
            Map.entry("ChannelFillPercentage", "Share of the capacity that is taken, in percent."),
            Map.entry("EventPutAttemptCount", "Events that sources tried to put."),
            Map.entry("EventPutSuccessCount", "Events that the channel accepted."),
            Map.entry("EventPutErrorCount", "Puts that failed."),
            Map.entry("EventTakeAttemptCount", "Attempts of sinks to take events."),
            Map.entry("EventTakeSuccessCount", "Events that sinks committed."),
            Map.entry("EventRedeliveredCount", "Events leased again after a rollback or a restart."),
            Map.entry("DuplicateFrameCount", "Frames that came again and were dropped."),
            Map.entry("SpillRunCount", "Times that the channel began to write what memory could not hold."),
            Map.entry("MemoryBytes", "Memory that the channel's frames take."),
            Map.entry("MemoryEvents", "Events that the channel holds in memory."),
            Map.entry("CursorBacklogFrames", "Frames, at most, that the cursor has yet to get."),
            Map.entry("CursorBacklogBytes", "Bytes of frames in the segments that the cursor has yet to get."),
            Map.entry(
                    "CursorAgeMillis",
                    "Age of the frame that the cursor's sinks took last; 0 when they have all, -1 before the first."),
            Map.entry(
                    "CursorDeliveredCount", "Events that sinks committed on the cursor since the channel was opened."),
            Map.entry("CursorRedeliveredCount", "Events leased again on the cursor after a rollback or a restart."),
            Map.entry("CursorFailed", "1 when the cursor's part of the log cannot be read."),
            Map.entry("CursorExpiredCount", "Cursors dropped because no sink was on them for cursorExpiry."),
            Map.entry("InputExpiredCount", "Inputs forgotten because nothing was heard of them for inputExpiry."),
            Map.entry("Info", "What is known of the component and is no number; always 1."),
            Map.entry(
                    "LedgerAcceptedCount",
                    "Events published since the log was made: delivered, held (acknowledged or not yet) and dropped."),
            Map.entry("LedgerDeliveredCount", "Events that sinks committed since the log was made."),
            Map.entry("LedgerHeld", "Events neither delivered nor dropped."),
            Map.entry("LedgerDroppedCount", "Events given up, by order or for want of a log, since the log was made."),
            Map.entry("LogFrameCount", "Frames written to the log."),
            Map.entry("LogByteCount", "Bytes of frames written to the log, with padding."),
            Map.entry("LogSyncCount", "Syncs of the log."),
            Map.entry(
                    "LogErrorCount",
                    "Failed writes, syncs and reads of the log; each closed the channel, which was opened anew or given up."),
            Map.entry(
                    "CheckpointSlotErrorCount",
                    "Slots of the checkpoint that were bad when the log was opened; the other one was used."),
            Map.entry("FramesPerSync", "Frames that one sync made durable, on average."),
            Map.entry("BytesPerSync", "Bytes that one sync made durable, on average."),
            Map.entry("FramesPerAck", "Frames that one acknowledgement answered, on average."),
            Map.entry("EventReceivedCount", "Events that came in."),
            Map.entry("EventAcceptedCount", "Events that all required channels took."),
            Map.entry("AppendBatchReceivedCount", "Batches that came in."),
            Map.entry("AppendBatchAcceptedCount", "Batches that all required channels took."),
            Map.entry("ChannelWriteFail", "Batches that a channel had no room for at first."),
            Map.entry("EventReadFail", "Events that could not be read."),
            Map.entry("ReadBytesCount", "Bytes of files that are in frames."),
            Map.entry("LagBytes", "Bytes seen in files that are in no frame yet."),
            Map.entry("TruncationCount", "Files that became shorter than what was read of them, or were written anew."),
            Map.entry(
                    "UnreadBytesLostCount",
                    "Bytes seen in files and destroyed before they were read; a lower bound, since what came after the"
                            + " last look was seen by nobody."),
            Map.entry("CopyReadBytesCount", "Bytes that a truncation destroyed and that were read from the copy."),
            Map.entry("ResumedFileCount", "New files that go on with the content of the one before at their path."),
            Map.entry("ReplacedFileCount", "New files that do not go on with the content of the one before."),
            Map.entry("SplitLineCount", "Lines longer than maxLineBytes."),
            Map.entry("OpenConnectionCount", "Connections that are open."),
            Map.entry("RefusedAddressCount", "Connections refused because ipFilterRules do not allow their address."),
            Map.entry("RefusedConnectionsCount", "Connections refused because there were as many as are taken."),
            Map.entry(
                    "RefusedTimeoutCount", "Connections closed because their peer did not say in time what it had to."),
            Map.entry(
                    "RefusedTlsCount",
                    "Connections refused because one side speaks TLS and the other does not, or no handshake came about."),
            Map.entry(
                    "RefusedCertificateCount",
                    "Connections refused because their peer showed no certificate, or none that is trusted and valid."),
            Map.entry(
                    "RefusedSubjectCount",
                    "Connections refused because allowed-subjects do not name their certificate."),
            Map.entry(
                    "RefusedTokenCount", "Connections refused because their token is missing, wrong or came in plain."),
            Map.entry("RefusedStreamCount", "Connections refused because the stream they send is somebody else's."),
            Map.entry("RefusedProtocolCount", "Connections and requests refused because they break the protocol."),
            Map.entry("TlsReloadCount", "Times that changed keys and certificates were taken over."),
            Map.entry(
                    "TlsReloadFailedCount",
                    "Times that changed keys and certificates could not be read; those before stay in use."),
            Map.entry("TlsCertificateSecondsLeft", "Seconds until the own certificate expires; negative when it has."),
            Map.entry("BatchEmptyCount", "Times that the channel ran empty."),
            Map.entry("BatchUnderflowCount", "Batches with fewer events than there could have been."),
            Map.entry("BatchCompleteCount", "Batches as large as they may be."),
            Map.entry("EventDrainAttemptCount", "Events that the sink tried to deliver."),
            Map.entry("EventDrainSuccessCount", "Events that the sink delivered."),
            Map.entry(
                    "EventMovedCount",
                    "Events that one sink of the group sent without an answer and another one then delivered."),
            Map.entry("EventDisplacedCount", "Events that another sink delivered than the one that their hash says."),
            Map.entry("MemberFailureCount", "Times that a sink of the group stopped delivering."),
            Map.entry("SwitchCount", "Times that a sink of the group was let work or stopped."),
            Map.entry("ActiveSinks", "Sinks of the group that may take."),
            Map.entry("HealthySinks", "Sinks of the group that deliver, as far as is known."),
            Map.entry(
                    "takeover",
                    "Time from the failure of the only sink that worked to the first delivery of another one."),
            Map.entry("EventWriteFail", "Batches that could not be delivered."),
            Map.entry("StartTime", "When the component was started, since the epoch; 0 before."),
            Map.entry("put", "Time from the call of a put to its publication."),
            Map.entry("ack", "Time from the publication of a frame to its acknowledgement."),
            Map.entry("residence", "Time from the publication of a frame to its commit."),
            Map.entry("sync", "Time that a sync of the log took."),
            Map.entry("checkpoint", "Time that a checkpoint took."));

    private MetricHelp() {}

    static String of(GroupType type, String name) {
        String sentence = SENTENCES.get(name);
        return sentence != null ? sentence : name + " of a " + type.name().toLowerCase(Locale.ROOT) + ".";
    }
}

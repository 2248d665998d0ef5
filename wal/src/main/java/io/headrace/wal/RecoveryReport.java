package io.headrace.wal;

/**
 * What opening a log found.
 *
 * @param created whether there was no log before
 * @param cleanStop whether the last checkpoint covered everything
 * @param backlogFrames sequences between low-water mark and tail, committed ones included
 * @param copiedFrames frames above the checkpoint's durable sequence that were copied and synced (R10)
 * @param cutBytes bytes of a torn tail that were cut
 * @param unknownInputFrames frames above it whose input the log does not know, so that their positions are not kept
 * @param identityChanged why a new stream id was taken (R12), or null
 * @param millis how long it took
 */
public record RecoveryReport(
        boolean created,
        boolean cleanStop,
        long backlogFrames,
        long copiedFrames,
        long cutBytes,
        long unknownInputFrames,
        String identityChanged,
        long millis) {}

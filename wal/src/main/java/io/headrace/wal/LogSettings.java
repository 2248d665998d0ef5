package io.headrace.wal;

import java.nio.file.Path;
import java.util.List;

/**
 * Where and how a log is kept.
 *
 * @param dataFolders segments in turn; lock and identity in the first
 * @param checkpointFolder of the two slots; equal to the first data folder unless configured
 * @param segmentBytes size of a segment, at least twice the largest frame
 * @param maxFrameLength longest frame, both halves and payload
 * @param appender which appender writes
 * @param reserveBytes free space that is left alone
 */
public record LogSettings(
        List<Path> dataFolders,
        Path checkpointFolder,
        long segmentBytes,
        int maxFrameLength,
        Appender appender,
        long reserveBytes) {
    /** The appenders. */
    public enum Appender {
        MAPPED,
        POSITIONAL
    }
}

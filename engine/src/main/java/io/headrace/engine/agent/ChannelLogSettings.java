package io.headrace.engine.agent;

import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the two kinds of channels with a log have in common. */
final class ChannelLogSettings {
    static final int SPILL_AT_PERCENT = 75;
    static final int RETURN_AT_PERCENT = 25;

    private static final Logger LOG = LoggerFactory.getLogger(ChannelLogSettings.class);

    private ChannelLogSettings() {}

    /** Flume's files may be larger than a segment can be. */
    static long segmentBytes(String channel, long maxFileSize) {
        if (maxFileSize > LogSettings.MAX_SEGMENT_BYTES) {
            LOG.info(
                    "channel {}: maxFileSize: {} read as {}, the largest segment",
                    channel,
                    maxFileSize,
                    LogSettings.MAX_SEGMENT_BYTES);
        }
        return Math.min(maxFileSize, LogSettings.MAX_SEGMENT_BYTES);
    }

    static Appender appender(Optional<Appender> written, String sync) {
        return written.orElse(Appender.defaultFor(SyncMode.parse(sync)));
    }

    static void tellOfDualCheckpoints(String channel, boolean useDualCheckpoints) {
        if (useDualCheckpoints) {
            LOG.info("channel {}: useDualCheckpoints: a checkpoint always has two slots, no copy is made", channel);
        }
    }
}

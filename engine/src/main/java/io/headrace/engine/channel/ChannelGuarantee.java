package io.headrace.engine.channel;

import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.LogSettings.Appender;
import java.util.Locale;

/**
 * What of acknowledged events a channel can lose, in words, said at start and shown in metrics. Delivered twice is
 * another matter: see {@code CHANNEL.md}.
 *
 * @param appender which writes the log, after a look at the file system; {@code none} without a log
 * @param sync as in the configuration; {@code none} without a log
 * @param lossOnKill what a kill of the process can cost
 * @param lossOnPowerCut what a power cut can cost
 */
public record ChannelGuarantee(String appender, String sync, String lossOnKill, String lossOnPowerCut) {
    private static final String NOTHING = "nothing";
    private static final String MEMORY = "what it holds in memory, unless the source can read again";

    /** @param appender in use, or null without a log */
    static ChannelGuarantee of(ChannelSettings settings, Appender appender) {
        if (settings.policy() == ChannelPolicy.DISCARD) {
            return new ChannelGuarantee("none", "none", "everything, it is dropped", "everything, it is dropped");
        }
        if (appender == null) {
            return new ChannelGuarantee("none", "none", MEMORY, MEMORY);
        }
        String unsynced =
                switch (settings.sync().kind()) {
                    case ALWAYS -> "";
                    case INTERVAL -> "what was written in the last " + settings.sync() + " ms";
                    case NEVER -> "what the operating system has not written back";
                };
        String onKill = settings.alwaysWrites() ? NOTHING : MEMORY;
        String onPowerCut =
                unsynced.isEmpty() ? onKill : settings.alwaysWrites() ? unsynced : MEMORY + ", and " + unsynced;
        return new ChannelGuarantee(
                appender.name().toLowerCase(Locale.ROOT), settings.sync().toString(), onKill, onPowerCut);
    }

    void show(MetricGroup group) {
        group.text("Appender", appender);
        group.text("Sync", sync);
        group.text("LossOnKill", lossOnKill);
        group.text("LossOnPowerCut", lossOnPowerCut);
    }

    /** For the line at start. */
    public String summary() {
        String log = appender.equals("none") ? "no log" : appender + " appender, sync = " + sync;
        return log + "; a kill can cost: " + lossOnKill + "; a power cut: " + lossOnPowerCut;
    }
}

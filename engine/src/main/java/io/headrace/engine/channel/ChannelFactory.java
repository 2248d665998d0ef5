package io.headrace.engine.channel;

import java.io.IOException;

/** Opens channels. */
public final class ChannelFactory {
    private ChannelFactory() {}

    /**
     * Opens a channel, recovering its log if it has one; not started yet.
     *
     * @throws io.headrace.wal.LogDamagedException when acknowledged data is damaged
     * @throws IOException when a folder is locked, foreign or not writable, or the disk fails
     */
    public static ManagedChannel open(ChannelSettings settings, ChannelEnvironment environment) throws IOException {
        ChannelLog log = settings.hasLog() ? ChannelLog.open(settings, environment) : null;
        try {
            return new DualChannel(settings, environment, log);
        } catch (RuntimeException | Error e) {
            close(log, e);
            throw e;
        }
    }

    private static void close(ChannelLog log, Throwable cause) {
        try {
            if (log != null) {
                log.close();
            }
        } catch (IOException | RuntimeException | Error e) {
            if (e != cause) {
                cause.addSuppressed(e);
            }
        }
    }
}

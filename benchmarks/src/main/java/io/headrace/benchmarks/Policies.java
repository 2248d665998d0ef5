package io.headrace.benchmarks;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.tools.bench.BenchmarkChannel;
import java.nio.file.Path;

/** Channels of the three policies, and whether they wrote. */
final class Policies {
    private static final long MEMORY_EVENTS = 200_000;
    private static final long LOG_EVENTS = 50_000_000;

    private Policies() {}

    /** What a channel of a policy has where the defaults would be too small. */
    static ChannelSettings settings(String policy, Path folder) {
        return switch (policy) {
            case "memory" -> ChannelSettings.memory("c", MEMORY_EVENTS);
            case "dual" -> ChannelSettings.dual("c", MEMORY_EVENTS, LOG_EVENTS, folder);
            case "file" -> ChannelSettings.file("c", LOG_EVENTS, folder);
            default -> throw new IllegalArgumentException("policy: " + policy + " (expected: memory, dual or file)");
        };
    }

    /** Fails when the log was given less than {@code bytes}, or never synced. */
    static void checkWritten(BenchmarkChannel channel, long bytes) {
        long written = channel.metric("LogByteCount");
        if (written < bytes) {
            throw new IllegalStateException("bytes written to the log: " + written + " (expected: >= " + bytes + ")");
        }
        AbstractHeadraceBenchmark.checkSome("syncs", channel.metric("LogSyncCount"));
    }
}

package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SyncMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The channel {@code memory}: never writes a log. */
public final class MemoryChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(
            @Setting(key = "capacity", byDefault = "100", min = 1, unit = "events", doc = "Events held at most.")
            long capacity,

            @Setting(
                    key = "transactionCapacity",
                    byDefault = "100",
                    min = 1,
                    unit = "events",
                    doc = "Largest batch of a source or sink.")
            int transactionCapacity,

            @Setting(key = "keep-alive", byDefault = "3", min = 0, unit = "s", doc = "How long a put waits for room.")
            Duration keepAlive,

            @Setting(
                    key = "byteCapacity",
                    byDefault = "64m",
                    min = 1,
                    unit = "bytes",
                    doc = "Memory that events may take.")
            long byteCapacity,

            @Setting(
                    key = "byteCapacityBufferPercentage",
                    min = 0,
                    max = 100,
                    doc = "Accepted; headers are counted as they are.")
            Optional<Integer> byteCapacityBufferPercentage,

            @Setting(
                    key = "maxEventBytes",
                    byDefault = "16m",
                    min = 1,
                    unit = "bytes",
                    doc = "Largest event, headers and body.")
            int maxEventBytes,

            @Setting(key = "waitStrategy", byDefault = "adaptive", doc = "How the channel's threads wait.")
            WaitStrategyKind waitStrategy) {
        Settings {
            if (transactionCapacity > capacity) {
                throw new IllegalArgumentException(
                        "transactionCapacity: " + transactionCapacity + " (expected: <= capacity " + capacity + ")");
            }
        }
    }

    @Override
    public String alias() {
        return "memory";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.channel.MemoryChannel");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "keeps events in memory only";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        Settings read = context.settings(Settings.class);
        return new ChannelSettings(
                context.name(),
                ChannelPolicy.MEMORY,
                read.capacity(),
                read.capacity(),
                0,
                read.byteCapacity(),
                read.transactionCapacity(),
                (int) read.keepAlive().toSeconds(),
                SyncMode.NEVER,
                Appender.MAPPED,
                List.of(),
                null,
                LogSettings.DEFAULT_SEGMENT_BYTES,
                read.maxEventBytes(),
                0,
                read.waitStrategy(),
                ChannelLogSettings.SPILL_AT_PERCENT,
                ChannelLogSettings.RETURN_AT_PERCENT);
    }
}

package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import java.util.List;

/** The channel {@code memory}: never writes a log. */
public final class MemoryChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "capacity",
                    byDefault = "100",
                    min = 1,
                    unit = "events",
                    doc = "Most events that the channel holds; when it is full, sources wait.")
            long capacity,

            @Setting(
                    key = "transactionCapacity",
                    byDefault = "100",
                    min = 1,
                    unit = "events",
                    doc = "Largest batch that a source or sink may be given.")
            int transactionCapacity,

            ChannelKeys.Room room,
            ChannelKeys.Frames frames,
            ChannelKeys.FlumeMemory flume)
            implements FrameMemory {
        Settings {
            if (transactionCapacity > capacity) {
                throw new IllegalArgumentException(
                        "transactionCapacity: " + transactionCapacity + " (expected: <= capacity " + capacity + ")");
            }
        }

        @Override
        public FrameMemory.Bound frameMemory() {
            return room.memory(0, frames.maxEventBytes());
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
        return "keeps events in memory only; a kill loses what sources cannot read again";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        Settings read = context.settings(Settings.class);
        ChannelSettings settings = ChannelSettings.memory(context.name(), read.capacity())
                .withTransactionCapacity(read.transactionCapacity());
        return read.frames().applyTo(read.room().applyTo(settings));
    }
}

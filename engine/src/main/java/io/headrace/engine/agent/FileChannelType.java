package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import java.util.List;

/** The channel {@code file}: every frame is in the log before it counts. */
public final class FileChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "capacity",
                    byDefault = "1000000",
                    min = 1,
                    unit = "events",
                    doc = "Most events that the channel holds; when it is full, sources wait.")
            long capacity,

            @Setting(
                    key = "transactionCapacity",
                    byDefault = "10000",
                    min = 1,
                    unit = "events",
                    doc = "Largest batch that a source or sink may be given.")
            int transactionCapacity,

            ChannelKeys.Room room,
            ChannelLogKeys.Log log,
            ChannelLogKeys.Replay replay,
            ChannelKeys.Frames frames,
            ChannelLogKeys.FlumeLog flume)
            implements SettingsRemarks, FrameMemory {
        @Override
        public List<Remark> remarks() {
            return log.remarks(frames.maxEventBytes());
        }

        @Override
        public FrameMemory.Bound frameMemory() {
            return room.memory(log.memoryBytes(replay.cursorCount()), frames.maxEventBytes());
        }
    }

    @Override
    public String alias() {
        return "file";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.channel.file.FileChannel");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "keeps every event in a log on disk; a kill loses nothing";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        Settings read = context.settings(Settings.class);
        ChannelSettings settings = ChannelSettings.file(
                        context.name(), read.capacity(), read.log().dataDirs().get(0))
                .withTransactionCapacity(read.transactionCapacity());
        ChannelSettings logged =
                read.log().applyTo(read.room().applyTo(settings), read.frames().maxEventBytes());
        return read.frames().applyTo(read.replay().applyTo(logged));
    }
}

package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The channel {@code dual}: memory, and a log for what memory cannot hold. */
public final class DualChannelType implements ComponentProvider.OfChannel {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "memoryCapacity",
                    byDefault = "10000",
                    min = 0,
                    unit = "events",
                    doc = "Most events in memory; 0 to keep all in the log.")
            long memoryCapacity,

            @Setting(
                    key = "overflowCapacity",
                    byDefault = "100000000",
                    min = 0,
                    unit = "events",
                    doc = "Most events in the log beyond those in memory, then sources wait; 0 for memory only.")
            long overflowCapacity,

            @Setting(
                    key = "transactionCapacity",
                    byDefault = "10000",
                    min = 1,
                    unit = "events",
                    doc = "Largest batch that a source or sink may be given.")
            int transactionCapacity,

            @Setting(
                    key = "spillAt",
                    byDefault = "75",
                    min = 1,
                    max = 100,
                    unit = "percent",
                    doc = "How full memory is when the channel begins to write to the log.")
            int spillAt,

            @Setting(
                    key = "returnAt",
                    byDefault = "25",
                    min = 0,
                    max = 99,
                    unit = "percent",
                    doc = "How full memory is when the channel stops writing to the log again.")
            int returnAt,

            ChannelKeys.Room room,
            ChannelLogKeys.Log log,
            ChannelKeys.Frames frames,
            FlumeSpill flumeSpill,
            ChannelKeys.FlumeMemory flumeMemory,
            ChannelLogKeys.FlumeLog flumeLog)
            implements SettingsRemarks, FrameMemory {
        Settings {
            if (returnAt >= spillAt) {
                throw new IllegalArgumentException(
                        "returnAt: " + returnAt + " (expected: below spillAt " + spillAt + ")");
            }
            if (memoryCapacity + overflowCapacity < 1) {
                throw new IllegalArgumentException(
                        "memoryCapacity: " + memoryCapacity + " (expected: >= 1 event where overflowCapacity is 0)");
            }
        }

        @Override
        public List<Remark> remarks() {
            return log.remarks(frames.maxEventBytes());
        }

        @Override
        public FrameMemory.Bound frameMemory() {
            return room.memory(log.memoryBytes(0), frames.maxEventBytes());
        }
    }

    /** Of Flume's spillable channel, without a meaning here. */
    record FlumeSpill(
            @Setting(
                    key = "overflowTimeout",
                    noEffect = "the log is written from spillAt on, before memory is full: nothing waits",
                    doc = "How long Flume waits for memory before it writes.")
            Optional<Duration> overflowTimeout,

            @Setting(
                    key = "overflowDeactivationThreshold",
                    noEffect =
                            "see returnAt: a return at 5 % of free memory would be a spill again with the next batch",
                    doc = "Free share of memory at which Flume stops writing.")
            Optional<Integer> overflowDeactivationThreshold,

            @Setting(
                    key = "avgEventSize",
                    noEffect = "events are counted as they are",
                    doc = "Flume's estimate of an event's bytes.")
            Optional<Long> avgEventSize) {}

    @Override
    public String alias() {
        return "dual";
    }

    @Override
    public List<String> otherNames() {
        return List.of("SPILLABLEMEMORY", "org.apache.flume.channel.SpillableMemoryChannel");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "keeps events in memory, and in a log on disk what memory cannot hold";
    }

    @Override
    public ChannelSettings settings(ComponentContext context) {
        Settings read = context.settings(Settings.class);
        ChannelSettings settings = ChannelSettings.dual(
                        context.name(),
                        read.memoryCapacity(),
                        read.overflowCapacity(),
                        read.log().dataDirs().get(0))
                .withTransactionCapacity(read.transactionCapacity())
                .withSpill(read.spillAt(), read.returnAt());
        ChannelSettings logged =
                read.log().applyTo(read.room().applyTo(settings), read.frames().maxEventBytes());
        return read.frames().applyTo(logged);
    }
}

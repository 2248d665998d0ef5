package io.headrace.transport.link.netty;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.InterceptorStage;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.EventCursor;
import io.headrace.frame.FrameCompressor;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** The engine's channels and what stands before them, as an agent would make them. */
public final class RealChannels {
    private RealChannels() {}

    public static ManagedChannel open(ChannelSettings settings, Storage storage) throws IOException {
        return open(settings, storage, new MetricGroup(GroupType.CHANNEL, settings.name()));
    }

    public static ManagedChannel open(ChannelSettings settings, Storage storage, MetricGroup metrics)
            throws IOException {
        ManagedChannel channel = ChannelFactory.open(
                settings,
                new ChannelEnvironment(
                        storage,
                        SystemNanoClock.INSTANCE,
                        SystemEpochClock.INSTANCE,
                        ThreadLocalRandom.current()::nextLong,
                        metrics,
                        new ThreadDutyRunner(RealChannels::daemon, WaitStrategyKind.ADAPTIVE),
                        failure -> {}));
        channel.start();
        return channel;
    }

    public static ChannelProcessor processor(Channel channel) {
        return processor(channel, List.of());
    }

    /** One that compresses by zstd. */
    public static ChannelProcessor compressing(Channel channel) {
        return new ChannelProcessorImpl(
                List.of(channel),
                List.of(),
                always(channel),
                new FrameCompressor(FrameCompressor.DEFAULT_LEVEL),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "source"));
    }

    public static ChannelProcessor processor(Channel channel, List<InterceptorStage> interceptors) {
        return new ChannelProcessorImpl(
                List.of(channel),
                interceptors,
                always(channel),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "source"));
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static ChannelSelector always(Channel channel) {
        ChannelSelector.Branch branch = new ChannelSelector.Branch(0, List.of(channel), List.of());
        return new ChannelSelector() {
            @Override
            public List<Branch> branches() {
                return List.of(branch);
            }

            @Override
            public Branch select(Map<String, String> shared) {
                return branch;
            }

            @Override
            public Branch select(EventCursor event) {
                return branch;
            }
        };
    }
}

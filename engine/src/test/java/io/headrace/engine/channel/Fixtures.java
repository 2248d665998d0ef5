package io.headrace.engine.channel;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.Storage;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** What the channel's tests are made of. */
final class Fixtures {
    private static final FrameLimits SMALL = new FrameLimits(Integer.MAX_VALUE, 64 * 1024, 1024 * 1024);

    /** What is released is built into again soon, so that whoever still reads it is found out. */
    private static final FramePool POOL = new FramePool(PooledByteBufAllocator.DEFAULT, 1024 * 1024);

    private static final FramePool SMALL_POOL = new FramePool(UnpooledByteBufAllocator.DEFAULT, 1024 * 1024);

    private static final FrameLimits TINY = new FrameLimits(Integer.MAX_VALUE, 8 * 1024, 8 * 1024);

    private Fixtures() {}

    static ChannelEnvironment environment(String name, Storage storage, DutyRunner runner) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        return new ChannelEnvironment(
                storage,
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                random::nextLong,
                new MetricGroup(GroupType.CHANNEL, name),
                runner,
                failure -> {});
    }

    static ChannelEnvironment environment(
            String name, Storage storage, DutyRunner runner, DrivenClock clock, Consumer<Throwable> failureHandler) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        return new ChannelEnvironment(
                storage,
                clock,
                clock,
                random::nextLong,
                new MetricGroup(GroupType.CHANNEL, name),
                runner,
                failureHandler);
    }

    static DutyRunner threads() {
        ThreadFactory factory = work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadDutyRunner(factory, WaitStrategyKind.ADAPTIVE);
    }

    static Producer producer(long id) {
        return new Producer(id);
    }

    static Frame frame(Producer producer, String... bodies) {
        try (FrameBuilder builder = new FrameBuilder(POOL, SMALL)) {
            builder.begin(Headers.EMPTY);
            for (String body : bodies) {
                builder.add(body.getBytes(StandardCharsets.UTF_8));
            }
            return builder.build(producer, 1_000_000);
        }
    }

    /** A frame that pins little memory. */
    static Frame smallFrame(Producer producer, String... bodies) {
        try (FrameBuilder builder = new FrameBuilder(SMALL_POOL, TINY)) {
            builder.begin(Headers.EMPTY);
            for (String body : bodies) {
                builder.add(body.getBytes(StandardCharsets.UTF_8));
            }
            return builder.build(producer, 1_000_000);
        }
    }

    /** A frame as it comes over several streams: the same producer and number each time. */
    static Frame copy(long producer, long number, String... bodies) {
        try (FrameBuilder builder = new FrameBuilder(SMALL_POOL, TINY)) {
            builder.begin(Headers.EMPTY);
            for (String body : bodies) {
                builder.add(body.getBytes(StandardCharsets.UTF_8));
            }
            return builder.buildDerived(producer, number, 1_000_000);
        }
    }

    static List<String> bodies(Frame frame) {
        List<String> bodies = new ArrayList<>();
        EventCursor cursor = new EventCursor().wrap(frame);
        while (cursor.next()) {
            bodies.add(new String(cursor.body(), StandardCharsets.UTF_8));
        }
        return bodies;
    }

    static List<String> bodies(Lease lease) {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < lease.size(); i++) {
            bodies.addAll(bodies(lease.frame(i)));
        }
        return bodies;
    }

    /** All channels required, one branch. */
    static ChannelSelector replicating(List<? extends Channel> required, List<? extends Channel> optional) {
        ChannelSelector.Branch branch = new ChannelSelector.Branch(0, List.copyOf(required), List.copyOf(optional));
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

    static ChannelProcessorImpl processor(Channel... channels) {
        return processor(replicating(List.of(channels), List.of()), List.of(channels), List.of());
    }

    static ChannelProcessorImpl processor(
            ChannelSelector selector, List<Channel> channels, List<InterceptorStage> interceptors) {
        return new ChannelProcessorImpl(
                channels,
                interceptors,
                selector,
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "source"));
    }
}

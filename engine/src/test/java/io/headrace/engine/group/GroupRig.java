package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.SimulatedDisk;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** A real channel and a group of sinks on it, driven by a test. */
final class GroupRig implements AutoCloseable {
    static final List<String> NAMES = List.of("k1", "k2", "k3");

    /** For tests that don't ask how the group is. */
    static final SinkGroup.Report UNHEARD = new SinkGroup.Report() {
        @Override
        public void works(String detail, boolean delivers) {
            // Nobody asks.
        }

        @Override
        public void fails(String detail, Throwable cause) {
            // Nobody asks.
        }
    };

    final GroupContext context;
    final SinkGroup group;
    final List<TestSink> sinks = new ArrayList<>();
    final List<String> put = new ArrayList<>();
    final ManagedChannel channel;
    private final ChannelProcessor processor;
    private final SourceInput input;
    private final Producer producer = new Producer(3);

    GroupRig(Map<String, String> settings, Function<GroupContext, SinkProcessor> made) {
        context = new GroupContext(settings);
        group = new SinkGroup("g1", NAMES, context.metrics, context.nanoClock(), context.epochClock());
        group.open(made.apply(context), UNHEARD);
        try {
            channel = ChannelFactory.open(ChannelSettings.memory("c1", 100_000), environment());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NAMES.forEach(channel::consumer);
        channel.start();
        processor = new ChannelProcessorImpl(
                List.of(channel),
                List.of(),
                always(),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new MetricGroup(GroupType.SOURCE, "r1"));
        input = processor.anonymousInput();
        for (GroupMember member : group.members()) {
            TestSink sink = new TestSink(member, 20);
            sink.consumer(member.join(channel, channel::consumer));
            sinks.add(sink);
        }
        group.update();
    }

    /** Puts frames of five events each and waits until they may be leased. */
    void put(int frames, Function<Integer, String> body) {
        for (int frame = 0; frame < frames; frame++) {
            List<String> bodies = new ArrayList<>();
            for (int event = 0; event < 5; event++) {
                bodies.add(body.apply(put.size()));
                put.add(bodies.get(event));
            }
            Frame built = frame(bodies);
            assertThat(processor.tryPut(input, 0, built, true, processor.newTicket()))
                    .isEqualTo(PutStatus.ACCEPTED);
            built.release();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (channel.acknowledged() < put.size() / 5) {
            assertThat(System.nanoTime()).as("time to acknowledge").isLessThan(deadline);
            Thread.yield();
        }
    }

    void put(int frames) {
        put(frames, number -> "event " + number);
    }

    /** Time passes and the group looks. */
    void pass(long millis) {
        context.pass(millis);
        group.update();
    }

    /** Lets each sink that is up deliver what it gets, in turn, until nobody gets anything. */
    void drain() {
        boolean more = true;
        while (more) {
            more = false;
            for (TestSink sink : sinks) {
                more |= sink.up && sink.step();
            }
        }
    }

    long counter(String name) {
        return context.metrics.counter(name).get();
    }

    List<String> arrived() {
        List<String> all = new ArrayList<>();
        sinks.forEach(sink -> all.addAll(sink.arrived));
        return all;
    }

    /** Nothing is lost, and what is there more often than it was put is counted as moved, exactly. */
    void assertConserved() {
        assertThat(new HashSet<>(arrived())).isEqualTo(new HashSet<>(put));
        assertThat(arrived().size() - put.size())
                .as("copies at other receivers")
                .isEqualTo((int) counter("EventMovedCount"));
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> channel.size() == 0);
        sinks.forEach(sink -> assertThat(sink.member.openLeases()).isZero());
    }

    /** Sinks take, send some of it, fail, come back and deliver, at random. */
    void storm(long seed, int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < steps; i++) {
            TestSink sink = sinks.get(random.nextInt(sinks.size()));
            switch (random.nextInt(12)) {
                case 0 -> sink.fail();
                case 1 -> put(random.nextInt(4));
                case 2, 3 -> pass(random.nextInt(3_000));
                case 4, 5, 6, 7 -> sink.take();
                case 8, 9 -> {
                    if (!sink.open.isEmpty()) {
                        sink.send(1 + random.nextInt(3));
                    }
                }
                case 10 -> {
                    if (!sink.open.isEmpty()) {
                        sink.deliver();
                    }
                }
                default -> sink.up = true;
            }
        }
        sinks.forEach(sink -> sink.up = true);
        for (int i = 0; i < 20; i++) {
            drain();
            pass(10_000);
        }
        drain();
    }

    private static Frame frameOf(List<String> bodies, Producer producer) {
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.EMPTY);
            bodies.forEach(body -> builder.add(body.getBytes(StandardCharsets.UTF_8)));
            return builder.build(producer, 0);
        }
    }

    private Frame frame(List<String> bodies) {
        return frameOf(bodies, producer);
    }

    private static ChannelEnvironment environment() {
        return new ChannelEnvironment(
                new SimulatedDisk(),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                new SplittableRandom(5)::nextLong,
                new MetricGroup(GroupType.CHANNEL, "c1"),
                new ThreadDutyRunner(
                        work -> {
                            Thread thread = new Thread(work);
                            thread.setDaemon(true);
                            return thread;
                        },
                        WaitStrategyKind.ADAPTIVE),
                failure -> {});
    }

    private ChannelSelector always() {
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

    @Override
    public void close() {
        sinks.forEach(sink -> {
            sink.fail();
            sink.member.leave("the test is over");
        });
        group.close();
        input.close();
        channel.close();
    }
}

package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.TestContext;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Interceptor;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One source, several channels: what each of them has, knows and is asked for, over kills. */
class FanOutTest {
    private static final InputKey FILE = new InputKey(InputKey.Kind.ORDERED, "file:1");
    private static final InputKey LINK = new InputKey(InputKey.Kind.WINDOW, "link:1");

    private static final int EVENTS = 60;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DrivenRunner runner = new DrivenRunner();
    private final Producer producer = new Producer(99);
    private ManagedChannel one;
    private ManagedChannel two;

    @BeforeEach
    void open() throws IOException {
        one = file("one");
        two = file("two");
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    /** Between its reservation and the last look whether it accepts anything. */
    @Test
    void shouldGiveBackWhatWasReservedInAChannelThatFailsMeanwhile() throws IOException {
        EpochClock failing = () -> {
            ((DualChannel) two).fail(new IOException("meanwhile"));
            return 0;
        };
        List<Channel> channels = List.of(one, two);
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                channels,
                List.of(),
                Fixtures.replicating(channels, List.of()),
                SystemNanoClock.INSTANCE,
                failing,
                new MetricGroup(GroupType.SOURCE, "source"));
        Frame frame = Fixtures.frame(producer, "for both");

        PutStatus status = processor.tryPut(processor.openInput(FILE), 10, frame, true, processor.newTicket());

        assertThat(status).isEqualTo(PutStatus.CLOSED);
        for (ManagedChannel channel : List.of(one, two)) {
            Admission admission = ((DualChannel) channel).admission();
            assertThat(admission.usedSlots()).as("slots of %s", channel.name()).isZero();
            assertThat(admission.heldEvents())
                    .as("events in %s", channel.name())
                    .isZero();
        }
        assertThat(frame.references()).isEqualTo(1);
        frame.release();
    }

    @Test
    void shouldMarkAChannelThatIsOnNoBranch() throws IOException {
        ChannelProcessorImpl processor = processor(byHeader());
        SourceInput input = processor.openInput(FILE);
        put(processor, input, 10, "one");
        put(processor, input, 20, "one");
        input.mark(20);
        runner.runAll();
        kill();

        input = processor(byHeader()).openInput(FILE);

        assertThat(input.startPosition()).isEqualTo(20);
        assertThat(drain(two)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldStartWhereTheChannelStandsThatHasLeast_R7(boolean firstLags) throws IOException {
        ChannelProcessorImpl both = processor(Fixtures.replicating(List.of(one, two), List.of()));
        put(both, both.openInput(FILE), 10, "a");
        runner.runAll();
        ChannelProcessorImpl ahead = Fixtures.processor(firstLags ? two : one);
        put(ahead, ahead.openInput(FILE), 25, "b");
        runner.runAll();
        kill();

        both = processor(Fixtures.replicating(List.of(one, two), List.of()));
        SourceInput input = both.openInput(FILE);
        assertThat(input.startPosition()).isEqualTo(10);
        assertThat(input.boundaryAbove(10)).isEqualTo(25);
        put(both, input, 25, "b");
        assertThat(drain(one)).containsExactly("a", "b");
        assertThat(drain(two)).containsExactly("a", "b");
    }

    @Test
    void shouldNotGiveAnOptionalChannelWhatItHas() throws IOException {
        ChannelProcessorImpl both = processor(Fixtures.replicating(List.of(one), List.of(two)));
        SourceInput input = both.openInput(FILE);
        put(both, input, 10, "a");
        runner.runAll();
        ChannelProcessorImpl onlyTwo = Fixtures.processor(two);
        put(onlyTwo, onlyTwo.openInput(FILE), 15, "b");
        runner.runAll();
        kill();

        both = processor(Fixtures.replicating(List.of(one), List.of(two)));
        input = both.openInput(FILE);
        assertThat(input.startPosition()).isEqualTo(10);
        assertThat(input.boundaryAbove(10)).isEqualTo(15);
        put(both, input, 15, "b");
        put(both, input, 20, "c");
        assertThat(drain(one)).containsExactly("a", "b", "c");
        assertThat(drain(two)).containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource({"round_robin", "random"})
    void shouldSendAFrameOfALinkWhereItWentBeforeTheKill(String policy) throws IOException {
        ChannelProcessorImpl processor = processor(balancing(policy, 65_536));
        SourceInput input = processor.openInput(LINK);
        for (int position = 1; position <= 40; position++) {
            put(processor, input, position, "e" + position);
        }
        runner.runAll();
        kill();

        processor = processor(balancing(policy, 65_536));
        input = processor.openInput(LINK);
        for (int position = 16; position <= 75; position++) {
            PutStatus expected = position <= 40 ? PutStatus.DUPLICATE : PutStatus.ACCEPTED;
            assertThat(put(processor, input, position, "e" + position)).isEqualTo(expected);
        }
        List<String> inOne = drain(one);
        List<String> inTwo = drain(two);
        assertThat(inOne).hasSizeBetween(25, 50);
        assertThat(inOne).doesNotContainAnyElementsOf(inTwo);
        assertThat(inOne.size() + inTwo.size()).isEqualTo(75);
    }

    /** Frames of a file are cut anew after a kill: what counts is in which turn they begin. */
    @Test
    void shouldSendBytesOfAFileWhereTheyWentBeforeTheKill() throws IOException {
        ChannelProcessorImpl processor = processor(balancing("round_robin", 100));
        SourceInput input = processor.openInput(FILE);
        assertThat(input.turnAbove(0)).isEqualTo(100);
        assertThat(input.turnAbove(99)).isEqualTo(100);
        assertThat(input.turnAbove(100)).isEqualTo(200);
        putEvents(processor, input, 1);
        Map<String, Integer> before = places();
        one.close();
        two.close();
        one = file("other one");
        two = file("other two");

        processor = processor(balancing("round_robin", 100));
        putEvents(processor, processor.openInput(FILE), 3);
        Map<String, Integer> after = places();
        assertThat(after).isEqualTo(before).hasSize(EVENTS);
        assertThat(before.values().stream().filter(channel -> channel == 1).count())
                .isBetween(EVENTS / 3L, EVENTS * 2L / 3);
    }

    /** Events of 30 bytes, as many in a frame as the source likes, but none that begins in another turn. */
    private void putEvents(ChannelProcessorImpl processor, SourceInput input, int atOnce) {
        List<String> frame = new ArrayList<>();
        long begin = 0;
        for (int event = 0; event < EVENTS; event++) {
            frame.add("from " + 30 * event);
            long end = 30 * (event + 1L);
            if (frame.size() == atOnce || end >= input.turnAbove(begin) || event == EVENTS - 1) {
                put(processor, input, end, frame.toArray(String[]::new));
                frame.clear();
                begin = end;
            }
        }
    }

    @Test
    void shouldTakeTurnsInOrderWhereNothingComesAgain() throws IOException {
        ChannelProcessorImpl processor = processor(balancing("round_robin", 65_536));
        SourceInput input = processor.anonymousInput();
        for (int i = 0; i < 6; i++) {
            put(processor, input, 0, "e" + i);
        }
        assertThat(drain(one)).containsExactly("e0", "e2", "e4");
        assertThat(drain(two)).containsExactly("e1", "e3", "e5");
    }

    @Test
    void shouldSpreadShortFilesOverTheChannels() throws IOException {
        ChannelProcessorImpl processor = processor(balancing("round_robin", 65_536));
        for (int file = 0; file < 100; file++) {
            try (SourceInput input = processor.openInput(new InputKey(InputKey.Kind.ORDERED, "file:" + file))) {
                put(processor, input, 10, "f" + file);
            }
        }
        assertThat(drain(one)).hasSizeBetween(30, 70);
    }

    /** Two frames at one position could be cut apart by a kill; the first would be doubled. */
    @Test
    void shouldRefuseWhatInterceptorsMadeLargerThanAFrame() throws IOException {
        ChannelProcessorImpl processor = Fixtures.processor(
                Fixtures.replicating(List.of(one), List.of()),
                List.of(one),
                List.of(new InterceptorStage("growing", new Growing())));
        try (SourceInput input = processor.openInput(FILE)) {
            assertThatThrownBy(() -> put(processor, input, 10, "a", "b", "c", "d"))
                    .isInstanceOf(EventTooLargeException.class)
                    .hasMessageContaining("a frame of 4 events")
                    .hasMessageContaining("batchSize");
            assertThat(put(processor, input, 5, "a", "b")).isEqualTo(PutStatus.ACCEPTED);
        }
        try (SourceInput input = processor.anonymousInput()) {
            assertThat(put(processor, input, 0, "a", "b", "c", "d")).isEqualTo(PutStatus.ACCEPTED);
        }
        assertThat(drain(one)).hasSize(6);
    }

    /** The optional channel fails while the agent runs: a full disk, say. */
    @Test
    void shouldGoOnWithoutAnOptionalChannelThatIsClosed() throws IOException {
        ChannelProcessorImpl processor = processor(Fixtures.replicating(List.of(one), List.of(two)));
        SourceInput input = processor.openInput(FILE);
        put(processor, input, 10, "a");
        two.stop(0);
        assertThat(put(processor, input, 20, "b")).isEqualTo(PutStatus.ACCEPTED);
        runner.runAll();
        assertThat(input.safePosition()).isEqualTo(20);
        assertThat(drain(one)).containsExactly("a", "b");
    }

    /** Success is never more than was tried, whoever was full at first. */
    @Test
    void shouldCountEachPutAsTriedOnceInEachChannelHoweverOftenOneIsFull() throws IOException {
        ManagedChannel small =
                ChannelFactory.open(ChannelSettings.memory("small", 2), Fixtures.environment("small", disk, runner));
        small.start();
        MetricGroup ofSmall = ((DualChannel) small).environment().metrics();
        MetricGroup ofOne = ((DualChannel) one).environment().metrics();
        ChannelProcessorImpl processor = Fixtures.processor(
                Fixtures.replicating(List.of(small, one), List.of()), List.of(small, one), List.of());
        SourceInput input = processor.anonymousInput();
        Frame frame = Fixtures.frame(producer, "c", "d", "e");
        put(processor, input, 0, "a", "b");
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(processor.tryPut(input, 0, frame, false, processor.newTicket()))
                    .isEqualTo(PutStatus.FULL);
        }
        assertThat(drain(small)).hasSize(2);
        assertThat(processor.tryPut(input, 0, frame, false, processor.newTicket()))
                .isEqualTo(PutStatus.ACCEPTED);
        frame.release();
        for (MetricGroup group : List.of(ofSmall, ofOne)) {
            assertThat(group.counter("EventPutAttemptCount").get()).isEqualTo(5);
            assertThat(group.counter("EventPutSuccessCount").get()).isEqualTo(5);
        }
        small.close();
    }

    /** One frame, three branches: to a channel that must have it, to one that is full, to none. */
    @Test
    void shouldGiveEachChannelItsShareThoughAnotherOneIsFullAndSomeEventsGoNowhere() throws IOException {
        ManagedChannel full =
                ChannelFactory.open(ChannelSettings.memory("full", 1), Fixtures.environment("full", disk, runner));
        full.start();
        List<Channel> all = List.of(one, two, full);
        ChannelSelector selector = ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "multiplexing")
                .create(new TestContext(
                        Map.of("header", "h", "mapping.a", "one", "mapping.b", "one two", "optional.b", "full"),
                        one,
                        two,
                        full));
        MetricGroup metrics = new MetricGroup(GroupType.SOURCE, "s");
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                all, List.of(), selector, SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE, metrics);
        SourceInput input = processor.openInput(FILE);
        assertThat(route(processor, input, 10, "b:1")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(route(processor, input, 20, "a:2", "b:3", "c:4", "a:5", "b:6"))
                .isEqualTo(PutStatus.ACCEPTED);
        assertThat(route(processor, input, 30, "c:7", "c:8")).isEqualTo(PutStatus.ACCEPTED);
        input.mark(30);
        assertThat(drain(one)).containsExactly("b:1", "a:2", "b:3", "a:5", "b:6");
        assertThat(drain(two)).containsExactly("b:1", "b:3", "b:6");
        assertThat(drain(full)).containsExactly("b:1");
        assertThat(input.safePosition()).isEqualTo(30);
        assertThat(metrics.counter("EventUnroutedCount").get()).isEqualTo(3);
        full.close();
        kill();
        assertThat(processor(Fixtures.replicating(List.of(one, two), List.of()))
                        .openInput(FILE)
                        .startPosition())
                .isEqualTo(30);
    }

    @Test
    void shouldMoveItsPositionThoughInterceptorsDropAll() throws IOException {
        ChannelProcessorImpl processor = Fixtures.processor(
                Fixtures.replicating(List.of(one), List.of()),
                List.of(one),
                List.of(new InterceptorStage("dropping", new Dropping())));
        SourceInput input = processor.openInput(FILE);
        assertThat(put(processor, input, 10, "a", "b")).isEqualTo(PutStatus.ACCEPTED);
        input.mark(10);
        runner.runAll();
        assertThat(input.safePosition()).isEqualTo(10);
        kill();
        assertThat(Fixtures.processor(one).openInput(FILE).startPosition()).isEqualTo(10);
        assertThat(drain(one)).isEmpty();
    }

    private static final class Dropping implements Interceptor {
        @Override
        public void interceptShared(Map<String, String> headers) {
            // Bodies only.
        }

        @Override
        public boolean looksAtEvents() {
            return true;
        }

        @Override
        public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
            return null;
        }
    }

    /** A source goes on without an optional channel that failed for good: nothing may gather there. */
    @Test
    void shouldKeepNothingForAnOptionalChannelThatIsClosed() throws IOException {
        ChannelProcessorImpl processor = processor(Fixtures.replicating(List.of(one), List.of(two)));
        SourceInput input = processor.openInput(LINK);
        put(processor, input, 1, "a");
        runner.runAll();
        two.stop(0);
        for (int position = 2; position < 50; position++) {
            put(processor, input, position, "b");
            input.advanceFloor(position - 1);
        }
        assertThat(((DualChannel) two).commands()).isEmpty();
    }

    private static final class Growing implements Interceptor {
        @Override
        public void interceptShared(Map<String, String> headers) {
            // Bodies only.
        }

        @Override
        public boolean looksAtEvents() {
            return true;
        }

        @Override
        public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
            return new byte[400_000];
        }
    }

    /** Events whose body is "one" go to the first channel, others to the second. */
    private ChannelSelector byHeader() {
        return create("multiplexing", Map.of("header", "h", "mapping.two", "two", "default", "one"));
    }

    private ChannelSelector balancing(String policy, int turnBytes) {
        return create("load_balancing", Map.of("policy", policy, "turnBytes", Integer.toString(turnBytes)));
    }

    private ChannelSelector create(String type, Map<String, String> settings) {
        return ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, type)
                .create(new TestContext(settings, one, two));
    }

    private ChannelProcessorImpl processor(ChannelSelector selector) {
        return Fixtures.processor(selector, List.of(one, two), List.of());
    }

    private Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>();
        drain(one).forEach(body -> places.put(body, 1));
        drain(two).forEach(body -> places.put(body, 2));
        return places;
    }

    private PutStatus put(ChannelProcessorImpl processor, SourceInput input, long position, String... bodies) {
        Frame frame = Fixtures.frame(producer, bodies);
        try {
            return processor.tryPut(input, position, frame, false, processor.newTicket());
        } finally {
            frame.release();
        }
    }

    /** As {@link #put}; an event's header {@code h} is what stands before the colon. */
    private PutStatus route(ChannelProcessorImpl processor, SourceInput input, long position, String... bodies) {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.EMPTY);
            for (String body : bodies) {
                Headers own = Headers.of(Map.of("h", body.substring(0, body.indexOf(':'))));
                builder.add(own, body.getBytes(StandardCharsets.UTF_8));
            }
            Frame frame = builder.build(producer, 0);
            try {
                return processor.tryPut(input, position, frame, false, processor.newTicket());
            } finally {
                frame.release();
            }
        }
    }

    private List<String> drain(ManagedChannel channel) {
        runner.runAll();
        List<String> bodies = new ArrayList<>();
        Lease lease = channel.consumer("k").tryLease(1_000, 1 << 24);
        while (lease != null) {
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            runner.runAll();
            lease = channel.consumer("k").tryLease(1_000, 1 << 24);
        }
        return bodies;
    }

    /** What is not on disk is gone. */
    private void kill() throws IOException {
        disk.kill();
        one.close();
        two.close();
        disk.revive();
        one = file("one");
        two = file("two");
    }

    private ManagedChannel file(String name) throws IOException {
        ManagedChannel channel = ChannelFactory.open(
                ChannelSettings.file(name, 10_000, Path.of(name)).withSegments(4 * 1024 * 1024, 1024 * 1024),
                Fixtures.environment(name, disk, runner));
        channel.start();
        return channel;
    }
}

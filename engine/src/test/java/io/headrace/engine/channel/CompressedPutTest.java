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
import io.headrace.frame.FrameCompressor;
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
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a source with {@code compression = zstd} puts, and what of it is there again after a kill. */
class CompressedPutTest {
    private static final InputKey FILE = new InputKey(InputKey.Kind.ORDERED, "file:1");
    private static final int EVENTS = 100;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DrivenRunner runner = new DrivenRunner();
    private final Producer producer = new Producer(99);
    private final MetricGroup metrics = new MetricGroup(GroupType.SOURCE, "s");
    private final List<String> put = new ArrayList<>();
    private ManagedChannel channel;

    @BeforeEach
    void open() throws IOException {
        channel = file("one");
    }

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void shouldKeepCompressedFramesInMemoryAndOverAKill() throws IOException {
        SourceInput input = put(3, processor(true, Fixtures.replicating(List.of(channel), List.of()), List.of()));
        assertThat(metrics.counter("ByteBeforeCompressionCount").get())
                .isGreaterThan(4 * metrics.counter("ByteAfterCompressionCount").get());
        assertThat(drain(channel, 3)).isEqualTo(put);
        assertThat(input.safePosition()).isEqualTo(3);
    }

    @Test
    void shouldRecoverALogOfCompressedAndOtherFrames() throws IOException {
        ChannelSelector all = Fixtures.replicating(List.of(channel), List.of());
        SourceInput first = put(2, processor(true, all, List.of()));
        first.close();
        put(2, processor(false, all, List.of()), 2).close();
        put(1, processor(true, all, List.of()), 4);
        disk.kill();
        channel.close();
        disk.revive();
        channel = file("one");
        assertThat(drain(channel, 3)).isEqualTo(put);
    }

    @Test
    void shouldChargeAChannelWithWhatIsHeld() {
        put(1, processor(true, Fixtures.replicating(List.of(channel), List.of()), List.of()));
        Lease lease = channel.consumer("k").tryLease(1_000, 1 << 20);
        Frame frame = lease.frame(0);
        assertThat(frame.isCompressed()).isTrue();
        assertThat(frame.pinnedBytes()).isLessThan(frame.plainLength() / 3);
        lease.commit();
    }

    @Test
    void shouldInterceptAndSelectBeforeItCompresses() throws IOException {
        ManagedChannel two = file("two");
        ChannelSelector selector = ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "multiplexing")
                .create(new TestContext(
                        Map.of("header", "h", "mapping.a", "one", "mapping.b", "one two"), channel, two));
        InterceptorStage stage = new InterceptorStage("upper", new Upper());
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                List.of(channel, two),
                List.of(stage),
                selector,
                new FrameCompressor(1),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                metrics);
        put(2, processor);
        List<String> upper = put.stream().map(String::toUpperCase).toList();
        assertThat(drain(channel, 2)).isEqualTo(upper);
        List<String> odd = new ArrayList<>();
        for (int i = 1; i < upper.size(); i += 2) {
            odd.add(upper.get(i));
        }
        assertThat(drain(two, 2)).isEqualTo(odd);
        two.close();
    }

    @Test
    void shouldInterceptAndSplitWhatComesCompressed() throws IOException {
        ManagedChannel two = file("two");
        ChannelSelector selector = ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "multiplexing")
                .create(new TestContext(Map.of("header", "h", "mapping.a", "one", "mapping.b", "two"), channel, two));
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                List.of(channel, two),
                List.of(new InterceptorStage("upper", new Upper())),
                selector,
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                metrics);
        Frame plain = frame();
        Frame packed = new FrameCompressor(1).compress(plain, PooledByteBufAllocator.DEFAULT);
        assertThat(packed.isCompressed()).isTrue();
        assertThat(processor.tryPut(processor.openInput(FILE), 1, packed, false, processor.newTicket()))
                .isEqualTo(PutStatus.ACCEPTED);
        plain.release();
        packed.release();
        List<String> both = drain(channel, 0);
        both.addAll(drain(two, 0));
        assertThat(both)
                .containsExactlyInAnyOrderElementsOf(
                        put.stream().map(String::toUpperCase).toList());
        two.close();
    }

    @Test
    void shouldCompressOnceHoweverOftenThePutIsTried() throws IOException {
        ManagedChannel full =
                ChannelFactory.open(ChannelSettings.memory("full", EVENTS), Fixtures.environment("full", disk, runner));
        full.start();
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                List.of(full),
                List.of(),
                Fixtures.replicating(List.of(full), List.of()),
                new FrameCompressor(1),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                metrics);
        SourceInput input = processor.anonymousInput();
        Frame first = frame();
        Frame second = frame();
        PutTicket ticket = processor.newTicket();
        assertThat(processor.tryPut(input, 0, first, false, ticket)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(processor.tryPut(input, 0, second, false, ticket)).isEqualTo(PutStatus.FULL);
        long once = metrics.counter("ByteBeforeCompressionCount").get();
        assertThat(once).isEqualTo(first.length() + second.length());
        for (int i = 0; i < 10; i++) {
            assertThat(processor.tryPut(input, 0, second, false, ticket)).isEqualTo(PutStatus.FULL);
        }
        assertThat(metrics.counter("ByteBeforeCompressionCount").get()).isEqualTo(once);
        runner.runAll();
        assertThat(drain(full, 1)).hasSize(EVENTS);
        assertThat(processor.tryPut(input, 0, second, false, ticket)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(metrics.counter("ByteBeforeCompressionCount").get()).isEqualTo(once);
        first.release();
        second.release();
        assertThat(drain(full, 1)).hasSize(EVENTS);
        full.close();
    }

    @Test
    void shouldLeaveTheOnlyReferenceToTheChannel() throws IOException {
        ManagedChannel memory = ChannelFactory.open(
                ChannelSettings.memory("memory", 10 * EVENTS), Fixtures.environment("memory", disk, runner));
        memory.start();
        ChannelProcessorImpl processor = new ChannelProcessorImpl(
                List.of(memory),
                List.of(),
                Fixtures.replicating(List.of(memory), List.of()),
                new FrameCompressor(1),
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                metrics);
        Frame plain = frame();
        assertThat(processor.tryPut(processor.anonymousInput(), 0, plain, false, processor.newTicket()))
                .isEqualTo(PutStatus.ACCEPTED);
        assertThat(plain.references()).isEqualTo(1);
        plain.release();
        runner.runAll();
        Lease lease = memory.consumer("k").tryLease(10 * EVENTS, 1 << 20);
        Frame packed = lease.frame(0);
        assertThat(packed.isCompressed()).isTrue();
        assertThat(packed.references()).isEqualTo(1);
        lease.commit();
        runner.runAll();
        assertThat(packed.references()).isZero();
        memory.close();
    }

    @Test
    void shouldHoldToTheLimitOfAChannelWhateverALargeEventIsCompressedTo() {
        ChannelProcessorImpl processor = processor(true, Fixtures.replicating(List.of(channel), List.of()), List.of());
        int limit = ((DualChannel) channel).settings().maxEventBytes();
        try (FrameBuilder builder =
                new FrameBuilder(PooledByteBufAllocator.DEFAULT, new FrameLimits(1, 1 << 20, 4 * limit))) {
            builder.begin(Headers.EMPTY);
            builder.add(new byte[limit + (1 << 20) + 100]);
            Frame large = builder.build(producer, 1);
            SourceInput input = processor.anonymousInput();
            assertThatThrownBy(() -> processor.tryPut(input, 0, large, false, processor.newTicket()))
                    .isInstanceOf(EventTooLargeException.class);
            large.release();
        }
    }

    private ChannelProcessorImpl processor(
            boolean compresses, ChannelSelector selector, List<InterceptorStage> interceptors) {
        return new ChannelProcessorImpl(
                List.of(channel),
                interceptors,
                selector,
                compresses ? new FrameCompressor(1) : null,
                SystemNanoClock.INSTANCE,
                SystemEpochClock.INSTANCE,
                metrics);
    }

    private SourceInput put(int frames, ChannelProcessorImpl processor) {
        return put(frames, processor, 0);
    }

    private SourceInput put(int frames, ChannelProcessorImpl processor, int from) {
        SourceInput input = processor.openInput(FILE);
        for (int i = from; i < from + frames; i++) {
            Frame frame = frame();
            assertThat(processor.tryPut(input, i + 1, frame, false, processor.newTicket()))
                    .isEqualTo(PutStatus.ACCEPTED);
            frame.release();
        }
        runner.runAll();
        return input;
    }

    private Frame frame() {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.of(Map.of("host", "web-1")));
            for (int i = 0; i < EVENTS; i++) {
                String line = "event " + put.size() + ": one line of a log looks much like the other, and so does this";
                builder.add(Headers.of(Map.of("h", i % 2 == 0 ? "a" : "b")), line.getBytes(StandardCharsets.UTF_8));
                put.add(line);
            }
            return builder.build(producer, 1_000_000);
        }
    }

    /** @param packed how many frames of it are compressed */
    private List<String> drain(ManagedChannel from, int packed) {
        List<String> bodies = new ArrayList<>();
        int compressed = 0;
        runner.runAll();
        Lease lease = from.consumer("k").tryLease(10_000, 1 << 20);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                compressed += lease.frame(i).isCompressed() ? 1 : 0;
            }
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            runner.runAll();
            lease = from.consumer("k").tryLease(10_000, 1 << 20);
        }
        assertThat(compressed).isEqualTo(packed);
        return bodies;
    }

    private ManagedChannel file(String name) throws IOException {
        ManagedChannel opened = ChannelFactory.open(
                ChannelSettings.file(name, 10_000, Path.of(name)).withSegments(4 * 1024 * 1024, 1024 * 1024),
                Fixtures.environment(name, disk, runner));
        opened.start();
        runner.runAll();
        return opened;
    }

    private static final class Upper implements Interceptor {
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
            return new String(body, StandardCharsets.UTF_8).toUpperCase().getBytes(StandardCharsets.UTF_8);
        }
    }
}

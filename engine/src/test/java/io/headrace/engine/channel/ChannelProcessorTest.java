package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.Interceptor;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelProcessorTest {
    private final DrivenRunner runner = new DrivenRunner();
    private final Producer producer = new Producer(99);
    private ManagedChannel one;
    private ManagedChannel two;

    @BeforeEach
    void open() throws IOException {
        one = memory("one", 10);
        two = memory("two", 10);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private ManagedChannel memory(String name, long capacity) throws IOException {
        ManagedChannel channel =
                ChannelFactory.open(ChannelSettings.memory(name, capacity), Fixtures.environment(name, null, runner));
        channel.start();
        return channel;
    }

    private List<String> drain(ManagedChannel channel) {
        runner.runAll();
        List<String> bodies = new ArrayList<>();
        Lease lease = channel.consumer("k").tryLease(1_000, 1 << 20);
        while (lease != null) {
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            runner.runAll();
            lease = channel.consumer("k").tryLease(1_000, 1 << 20);
        }
        return bodies;
    }

    private PutStatus put(ChannelProcessorImpl processor, SourceInput input, PutTicket ticket, String... bodies) {
        return put(processor, input, 0, ticket, bodies);
    }

    private PutStatus put(
            ChannelProcessorImpl processor, SourceInput input, long position, PutTicket ticket, String... bodies) {
        Frame frame = Fixtures.frame(producer, bodies);
        PutStatus status = processor.tryPut(input, position, frame, true, ticket);
        if (status != PutStatus.FULL) {
            frame.release();
        }
        return status;
    }

    @Test
    void shouldPutIntoAllRequiredChannelsOrNone() {
        ChannelProcessorImpl both = Fixtures.processor(one, two);
        ChannelProcessorImpl onlyTwo = Fixtures.processor(two);
        PutTicket ticket = both.newTicket();
        put(onlyTwo, onlyTwo.anonymousInput(), ticket, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        try (SourceInput input = both.anonymousInput()) {
            Frame frame = Fixtures.frame(producer, "a");
            assertThat(both.tryPut(input, 0, frame, true, ticket)).isEqualTo(PutStatus.FULL);
            assertThat(ticket.fullChannel()).isSameAs(two);
            assertThat(one.size()).isZero();
            assertThat(drain(two)).hasSize(10);
            assertThat(both.tryPut(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
            frame.release();
        }
        assertThat(drain(one)).containsExactly("a");
        assertThat(drain(two)).containsExactly("a");
    }

    @Test
    void shouldNotFailABatchForAnOptionalChannel() {
        ChannelProcessorImpl processor =
                Fixtures.processor(Fixtures.replicating(List.of(one), List.of(two)), List.of(one, two), List.of());
        ChannelProcessorImpl onlyTwo = Fixtures.processor(two);
        PutTicket ticket = processor.newTicket();
        put(onlyTwo, onlyTwo.anonymousInput(), ticket, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        SourceInput input = processor.anonymousInput();
        assertThat(put(processor, input, ticket, "a")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(drain(two)).hasSize(10);
        assertThat(put(processor, input, ticket, "b")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(drain(one)).containsExactly("a", "b");
        assertThat(drain(two)).containsExactly("b");
    }

    /** Events whose body begins with a letter before 'm' go to the first channel, others to the second; '*' to both. */
    private ChannelSelector byBody() {
        List<ChannelSelector.Branch> branches = List.of(
                new ChannelSelector.Branch(0, List.of(one), List.of()),
                new ChannelSelector.Branch(1, List.of(two), List.of()),
                new ChannelSelector.Branch(2, List.of(one, two), List.of()));
        return new ChannelSelector() {
            @Override
            public List<Branch> branches() {
                return branches;
            }

            @Override
            public boolean dependsOnSharedHeadersOnly(Map<String, String> shared) {
                return false;
            }

            @Override
            public Branch select(Map<String, String> shared) {
                return branches.get(0);
            }

            @Override
            public Branch select(EventCursor event) {
                byte begin = event.body()[0];
                return branches.get(begin == '*' ? 2 : begin < 'm' ? 0 : 1);
            }
        };
    }

    @Test
    void shouldSplitAFrameByBranchInOrder() {
        ChannelProcessorImpl processor = Fixtures.processor(byBody(), List.of(one, two), List.of());
        SourceInput input = processor.openInput(new InputKey(InputKey.Kind.WINDOW, "link:1"));
        PutTicket ticket = processor.newTicket();
        assertThat(put(processor, input, 1, ticket, "a1", "z1", "*1", "a2", "z2"))
                .isEqualTo(PutStatus.ACCEPTED);
        assertThat(put(processor, input, 1, ticket, "a1", "z1", "*1", "a2", "z2"))
                .isEqualTo(PutStatus.DUPLICATE);
        assertThat(put(processor, input, 2, ticket, "a3")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put(processor, input, 2, ticket, "a3")).isEqualTo(PutStatus.DUPLICATE);
        runner.runAll();
        assertThat(ticket.isAcknowledged()).isTrue();
        Lease lease = one.consumer("k").tryLease(3, 1 << 20);
        assertThat(lease.frame(0).flags() & FrameLayout.FLAG_DERIVED).isNotZero();
        assertThat(lease.frame(0).producerId()).isNotEqualTo(99);
        assertThat(lease.frame(0).firstEventNumber()).isZero();
        lease.rollback();
        assertThat(drain(one)).containsExactly("a1", "*1", "a2", "a3");
        assertThat(drain(two)).containsExactly("z1", "*1", "z2");
        input.close();
    }

    @Test
    void shouldApplyInterceptorsOnceThoughThePutIsTriedAgain() {
        int[] calls = new int[1];
        Interceptor upper = new Interceptor() {
            @Override
            public void interceptShared(Map<String, String> headers) {
                headers.put("host", "h1");
            }

            @Override
            public boolean looksAtEvents() {
                return true;
            }

            @Override
            public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
                calls[0]++;
                String text = new String(body, StandardCharsets.UTF_8);
                return text.startsWith("drop") ? null : text.toUpperCase().getBytes(StandardCharsets.UTF_8);
            }
        };
        ChannelProcessorImpl processor = Fixtures.processor(
                Fixtures.replicating(List.of(one), List.of()),
                List.of(one),
                List.of(new InterceptorStage("upper", upper)));
        ChannelProcessorImpl plain = Fixtures.processor(one);
        PutTicket ticket = processor.newTicket();
        put(plain, plain.anonymousInput(), ticket, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        try (SourceInput input = processor.anonymousInput()) {
            Frame frame = Fixtures.frame(producer, "a", "drop", "b");
            assertThat(processor.tryPut(input, 0, frame, false, ticket)).isEqualTo(PutStatus.FULL);
            assertThat(processor.tryPut(input, 0, frame, false, ticket)).isEqualTo(PutStatus.FULL);
            assertThat(drain(one)).hasSize(10);
            assertThat(processor.tryPut(input, 0, frame, false, ticket)).isEqualTo(PutStatus.ACCEPTED);
            assertThat(calls[0]).isEqualTo(3);
            runner.runAll();
            Lease lease = one.consumer("k").tryLease(10, 1 << 20);
            EventCursor cursor = new EventCursor().wrap(lease.frame(0));
            assertThat(cursor.sharedHeaders()).containsEntry("host", "h1");
            assertThat(Fixtures.bodies(lease)).containsExactly("A", "B");
            lease.commit();
            assertThat(frame.references()).isEqualTo(1);
            frame.release();
        }
    }

    @Test
    void shouldNotFailAnOptionalChannelForAFrameThatItCannotHold() throws IOException {
        ManagedChannel small = ChannelFactory.open(
                ChannelSettings.file("small", 1_000, Path.of("small")).withSegments(64 * 1024, 8 * 1024),
                Fixtures.environment("small", new SimulatedDisk(), runner));
        small.start();
        ChannelProcessorImpl processor =
                Fixtures.processor(Fixtures.replicating(List.of(one), List.of(small)), List.of(one, small), List.of());
        PutTicket ticket = processor.newTicket();
        SourceInput input = processor.anonymousInput();
        assertThat(put(processor, input, ticket, "x".repeat(40_000))).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put(processor, input, ticket, "a")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(drain(small)).containsExactly("a");
        assertThat(small.failure()).isNull();
        assertThat(drain(one)).hasSize(2);
        input.close();
        small.close();
    }

    /** Several frames at one position could be cut apart by a crash; the first of them would come twice. */
    @Test
    void shouldMakeOneFrameOfOneThoughItsEventsGrow() {
        Interceptor growing = new Interceptor() {
            @Override
            public void interceptShared(Map<String, String> headers) {}

            @Override
            public boolean looksAtEvents() {
                return true;
            }

            @Override
            public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
                return new byte[500_000];
            }
        };
        ChannelProcessorImpl processor = Fixtures.processor(
                Fixtures.replicating(List.of(one), List.of()),
                List.of(one),
                List.of(new InterceptorStage("growing", growing)));
        try (SourceInput input = processor.anonymousInput()) {
            assertThat(put(processor, input, 1, processor.newTicket(), "a", "b", "c", "d", "e"))
                    .isEqualTo(PutStatus.ACCEPTED);
            runner.runAll();
            Lease lease = one.consumer("k").tryLease(10, 1 << 24);
            assertThat(lease.size()).isEqualTo(1);
            assertThat(lease.events()).isEqualTo(5);
            lease.commit();
        }
    }

    @Test
    void shouldSplitAFrameThatIsLongerThanWhatIsBuiltHere() {
        ChannelProcessorImpl processor = Fixtures.processor(byBody(), List.of(one, two), List.of());
        Frame frame;
        try (FrameBuilder builder = new FrameBuilder(
                UnpooledByteBufAllocator.DEFAULT, new FrameLimits(100, 8 * 1024 * 1024, 8 * 1024 * 1024))) {
            builder.begin(Headers.EMPTY);
            for (String body : List.of("a", "z", "b", "c")) {
                builder.add(body.repeat(900_000).getBytes(StandardCharsets.UTF_8));
            }
            frame = builder.build(producer, 1);
        }
        try (SourceInput input = processor.anonymousInput()) {
            assertThat(processor.tryPut(input, 1, frame, true, processor.newTicket()))
                    .isEqualTo(PutStatus.ACCEPTED);
            runner.runAll();
            Lease lease = one.consumer("k").tryLease(10, 1 << 24);
            assertThat(lease.events()).isEqualTo(3);
            lease.commit();
            lease = two.consumer("k").tryLease(10, 1 << 24);
            assertThat(lease.events()).isEqualTo(1);
            lease.commit();
        }
        assertThat(frame.references()).isEqualTo(1);
        frame.release();
    }

    @Test
    void shouldStartAtTheSmallestPositionAndDropWhatAChannelHas() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        InputKey key = new InputKey(InputKey.Kind.ORDERED, "file:1");
        ManagedChannel first = file("f1", disk);
        ManagedChannel second = file("f2", disk);
        ChannelProcessorImpl both = Fixtures.processor(first, second);
        SourceInput input = both.openInput(key);
        PutTicket ticket = both.newTicket();
        put(both, input, 10, ticket, "to 10");
        runner.runAll();
        assertThat(input.safePosition()).isEqualTo(10);
        ChannelProcessorImpl onlyFirst = Fixtures.processor(first);
        put(onlyFirst, onlyFirst.openInput(key), 20, ticket, "to 20");
        runner.runAll();
        first.stop(0);
        second.stop(0);

        first = file("f1", disk);
        second = file("f2", disk);
        both = Fixtures.processor(first, second);
        input = both.openInput(key);
        assertThat(input.isKnown()).isTrue();
        assertThat(input.startPosition()).isEqualTo(10);
        assertThat(input.boundaryAbove(10)).isEqualTo(20);
        assertThat(input.boundaryAbove(20)).isEqualTo(Long.MAX_VALUE);
        assertThat(put(both, input, 20, ticket, "to 20")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put(both, input, 30, ticket, "to 30")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(input.safePosition()).isEqualTo(20 - 10);
        assertThat(drain(first)).containsExactly("to 10", "to 20", "to 30");
        assertThat(drain(second)).containsExactly("to 10", "to 20", "to 30");
        assertThat(input.safePosition()).isEqualTo(30);
        assertThat(input.acknowledgedPosition()).isEqualTo(30);
        first.close();
        second.close();
    }

    @Test
    void shouldLeaveAChannelThatForgetsOutOfTheStart() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        InputKey key = new InputKey(InputKey.Kind.ORDERED, "file:1");
        ManagedChannel kept = file("f1", disk);
        ChannelProcessorImpl both = Fixtures.processor(kept, one);
        SourceInput input = both.openInput(key);
        PutTicket ticket = both.newTicket();
        put(both, input, 10, ticket, "to 10");
        assertThat(drain(one)).containsExactly("to 10");
        put(both, input, 20, ticket, "to 20");
        runner.runAll();
        assertThat(input.isForgotten()).isFalse();
        assertThat(input.safePosition()).isEqualTo(10);
        kept.stop(0);

        kept = file("f1", disk);
        both = Fixtures.processor(kept, two);
        input = both.openInput(key);
        assertThat(input.isForgotten()).isTrue();
        assertThat(input.startPosition()).isEqualTo(20);
        input.beginAt(10);
        assertThat(input.boundaryAbove(10)).isEqualTo(20);
        assertThat(put(both, input, 20, ticket, "to 20")).isEqualTo(PutStatus.ACCEPTED);
        runner.runAll();
        assertThat(input.safePosition()).as("held by memory alone").isEqualTo(10);
        assertThat(drain(two)).containsExactly("to 20");
        assertThat(input.safePosition()).isEqualTo(20);
        assertThat(drain(kept)).containsExactly("to 10", "to 20");
        kept.close();
    }

    @Test
    void shouldMarkChannelsThatGotNothing() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        InputKey key = new InputKey(InputKey.Kind.ORDERED, "file:1");
        ManagedChannel first = file("f1", disk);
        ChannelProcessorImpl processor = Fixtures.processor(first);
        SourceInput input = processor.openInput(key);
        input.mark(500);
        runner.runAll();
        assertThat(input.safePosition()).isEqualTo(500);
        assertThat(first.size()).isZero();
        disk.kill();
        first.close();
        disk.revive();
        first = file("f1", disk);
        assertThat(Fixtures.processor(first).openInput(key).startPosition()).isEqualTo(500);
        assertThat(drain(first)).isEmpty();
        runner.runAll();
        assertThat(first.lowWater()).as("marks commit themselves").isEqualTo(first.acknowledged());
        first.close();
    }

    private ManagedChannel file(String name, SimulatedDisk disk) throws IOException {
        ManagedChannel channel = ChannelFactory.open(
                ChannelSettings.file(name, 1_000, Path.of(name)).withSegments(4 * 1024 * 1024, 1024 * 1024),
                Fixtures.environment(name, disk, runner));
        channel.start();
        return channel;
    }

    @Test
    void shouldTellEverySourceThatHasTheSameInputOpen() {
        ChannelProcessorImpl processor = Fixtures.processor(one);
        InputKey key = new InputKey(InputKey.Kind.WINDOW, "link:a");
        List<String> told = new ArrayList<>();
        SourceInput first = processor.openInput(key);
        SourceInput second = processor.openInput(key);
        first.setListener(() -> told.add("first"));
        second.setListener(() -> told.add("second"));
        put(processor, first, 1, processor.newTicket(), "a");
        runner.runAll();
        assertThat(told).contains("first", "second");
        second.close();
        told.clear();
        put(processor, first, 2, processor.newTicket(), "b");
        runner.runAll();
        assertThat(told).contains("first").doesNotContain("second");
        first.close();
    }

    @Test
    void shouldSayWhatAWindowKeepsByNow_R9() {
        ChannelProcessorImpl both = Fixtures.processor(one, two);
        SourceInput input = both.openInput(new InputKey(InputKey.Kind.WINDOW, "link:a"));
        for (int position = 1; position <= 3; position++) {
            put(both, input, position, both.newTicket(), "e" + position);
        }
        runner.runAll();
        assertThat(input.startPosition()).as("in memory only").isZero();
        drain(one);
        runner.runAll();
        assertThat(input.startPosition()).as("delivered by one of two").isZero();
        drain(two);
        runner.runAll();
        assertThat(input.startPosition()).isEqualTo(3);
        input.close();
    }

    @Test
    void shouldForgetAnInputOfWhichNothingWasPut() {
        ChannelProcessorImpl processor = Fixtures.processor(one);
        InputKey key = new InputKey(InputKey.Kind.WINDOW, "link:a");
        SourceInputImpl unused = (SourceInputImpl) processor.openInput(key);
        unused.close();
        SourceInputImpl used = (SourceInputImpl) processor.openInput(key);
        assertThat(used.inputs[0]).isNotSameAs(unused.inputs[0]);
        put(processor, used, 1, processor.newTicket(), "a");
        used.close();
        SourceInputImpl again = (SourceInputImpl) processor.openInput(key);
        assertThat(again.inputs[0]).isSameAs(used.inputs[0]);
        assertThat(put(processor, again, 1, processor.newTicket(), "a")).isEqualTo(PutStatus.DUPLICATE);
        again.close();
    }
}

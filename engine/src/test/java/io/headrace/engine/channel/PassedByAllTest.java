package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.TestContext;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A source asks whether every channel keeps where it is, so that no later life begins below. */
class PassedByAllTest {
    private static final InputKey FILE = new InputKey(InputKey.Kind.ORDERED, "file:1");

    private final SimulatedDisk disk = new SimulatedDisk();
    private DrivenRunner runner = new DrivenRunner();
    private final Producer producer = new Producer(99);
    private ManagedChannel one;
    private ManagedChannel two;

    private SourceInput open() throws IOException {
        one = file("one");
        two = file("two");
        return processor().openInput(FILE);
    }

    /** Everything without a header goes to the first channel; the second is told where the source is, and nothing else. */
    private ChannelProcessorImpl processor() {
        ChannelSelector selector = ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "multiplexing")
                .create(new TestContext(Map.of("header", "h", "mapping.two", "two", "default", "one"), one, two));
        return Fixtures.processor(selector, List.of(one, two), List.of());
    }

    private ManagedChannel file(String name) throws IOException {
        ManagedChannel channel = ChannelFactory.open(
                ChannelSettings.file(name, 10_000, Path.of(name)).withSegments(4 * 1024 * 1024, 1024 * 1024),
                Fixtures.environment(name, disk, runner));
        channel.start();
        return channel;
    }

    private SourceInput killAndReopen() throws IOException {
        disk.kill();
        one.close();
        two.close();
        disk.revive();
        runner = new DrivenRunner();
        return open();
    }

    private static void put(ChannelProcessorImpl processor, SourceInput input, long position, Producer producer) {
        Frame frame = Fixtures.frame(producer, "a part of a line");
        assertThat(processor.tryPut(input, position, frame, false, processor.newTicket()))
                .isEqualTo(PutStatus.ACCEPTED);
        frame.release();
    }

    /** Of a channel that has only been told and has nothing on disk, a later life would know nothing. */
    @Test
    void shouldBeginNoLaterLifeBelowWhatAllHavePassed() throws IOException {
        SourceInput input = open();
        ChannelProcessorImpl processor = processor();
        input.close();
        input = processor.openInput(FILE);
        put(processor, input, 10, producer);
        for (int i = 0; i < 3; i++) {
            assertThat(input.isPassedByAll(10)).as("nothing is on disk").isFalse();
        }
        // Each channel by itself: first runs the one that got the frame, then the one that was only told.
        runner.run(ChannelRig.JOURNAL);
        assertThat(input.acknowledgedPosition()).isEqualTo(10);
        assertThat(input.isPassedByAll(10))
                .as("one channel has it, and the other not")
                .isFalse();
        runner.runAll();
        assertThat(input.isPassedByAll(10)).isTrue();
        assertThat(killAndReopen().startPosition()).isEqualTo(10);
        one.close();
        two.close();
    }

    /** What it cannot be told, it will not know. */
    @Test
    void shouldNotCountAChannelThatTakesNoMark() throws IOException {
        SourceInput input = open();
        input.close();
        ChannelProcessorImpl processor = processor();
        input = processor.openInput(FILE);
        put(processor, input, 10, producer);
        two.stop(0);
        runner.runAll();
        assertThat(input.acknowledgedPosition()).isEqualTo(10);
        assertThat(input.isPassedByAll(10)).isFalse();
        one.close();
    }
}

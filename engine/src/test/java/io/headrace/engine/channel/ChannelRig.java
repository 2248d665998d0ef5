package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A channel on a disk in memory, its duty cycles driven by hand, with one source and one sink. */
final class ChannelRig implements AutoCloseable {
    static final Path FOLDER = Path.of("log");
    static final long BYTES = 1 << 24;

    /** Order in which the duty cycles of a channel with a log are started. */
    static final int PREPARER = 0;

    static final int READER = 1;
    static final int JOURNAL = 2;

    final SimulatedDisk storage;
    final DrivenRunner runner;
    final DrivenClock clock;
    final List<Throwable> failures = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();
    final Producer producer = new Producer(7);
    final MetricGroup metrics;
    final ManagedChannel channel;
    final ChannelProcessorImpl processor;
    final ChannelConsumer consumer;
    final PutTicket ticket;
    SourceInput input;

    ChannelRig(ChannelSettings settings) throws IOException {
        this(settings, new SimulatedDisk(), new DrivenClock());
    }

    ChannelRig(ChannelSettings settings, SimulatedDisk storage, DrivenClock clock) throws IOException {
        this.storage = storage;
        this.clock = clock;
        this.runner = new DrivenRunner(clock);
        ChannelEnvironment environment = Fixtures.environment("c1", storage, runner, clock, failures::add);
        metrics = environment.metrics();
        channel = ChannelFactory.open(settings, environment);
        channel.start();
        processor = Fixtures.processor(channel);
        consumer = channel.consumer("k1");
        ticket = processor.newTicket();
        input = processor.anonymousInput();
    }

    /** A life after a kill: what was written is there. */
    ChannelRig killAndReopen() throws IOException {
        storage.kill();
        close();
        storage.revive();
        return new ChannelRig(channel.settings(), storage, clock);
    }

    ChannelRig stopAndReopen() throws IOException {
        channel.stop(0);
        close();
        return new ChannelRig(channel.settings(), storage, clock);
    }

    SourceInput open(InputKey.Kind kind, String id) {
        input = processor.openInput(new InputKey(kind, id));
        return input;
    }

    PutStatus put(String... bodies) {
        return put(0, bodies);
    }

    PutStatus put(long position, String... bodies) {
        Frame frame = Fixtures.frame(producer, bodies);
        frames.add(frame);
        return processor.tryPut(input, position, frame, true, ticket);
    }

    long metric(String name) {
        return metrics.values().get(name).longValue();
    }

    void run() {
        runner.runAll();
    }

    /** Lets time pass and what fell due happen. */
    void pass(long millis) {
        clock.pass(millis);
        run();
    }

    Lease lease() {
        return consumer.tryLease(Integer.MAX_VALUE, BYTES);
    }

    /** Everything that can be leased, committed. */
    List<String> drain() {
        List<String> bodies = new ArrayList<>();
        run();
        Lease lease = lease();
        while (lease != null) {
            bodies.addAll(Fixtures.bodies(lease));
            lease.commit();
            run();
            lease = lease();
        }
        return bodies;
    }

    @Override
    public void close() {
        input.close();
        channel.close();
        for (Frame frame : frames) {
            assertThat(frame.references()).as("references to %s", frame).isEqualTo(1);
            frame.release();
        }
        frames.clear();
    }
}

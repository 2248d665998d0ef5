package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.StubContext;
import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelProcessorImpl;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.DutyCycle;
import io.headrace.engine.channel.DutyRunner;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.Ledger;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.source.taildir.TaildirSource;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.SinkContext;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.EventCursor;
import io.headrace.wal.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * Tailed files, real channels, rolled files, all driven by one thread: one output folder for each channel, one output
 * for each tailed file.
 */
final class FileToFileRig {
    final Path folder;
    final Random random;
    final Map<String, String> sourceSettings = new HashMap<>();
    final Map<String, String> sinkSettings = new HashMap<>();
    private final List<ChannelSettings> channelSettings;
    private final LongFunction<Storage> storages;
    private final Clock clock = new Clock();

    Function<List<Channel>, ChannelSelector> selector = FileToFileRig::replicating;

    TaildirSource source;
    MetricGroup sourceMetrics;
    List<Lane> lanes = List.of();
    private ChannelProcessor processor;

    /** One channel with its sink. */
    final class Lane {
        final ManagedChannel channel;
        final List<Driven> cycles = new ArrayList<>();
        final List<Lease> uncommitted = new ArrayList<>();
        final ChannelConsumer consumer;
        final Path out;
        FileRollSink sink;

        Lane(ChannelSettings settings, Storage storage, Path out) throws IOException {
            this.out = out;
            channel = ChannelFactory.open(
                    settings,
                    new ChannelEnvironment(
                            storage,
                            clock,
                            clock,
                            random::nextLong,
                            new MetricGroup(GroupType.CHANNEL, settings.name()),
                            new Runner(cycles),
                            failure -> {
                                throw new AssertionError(failure);
                            }));
            channel.start();
            consumer = channel.consumer("k1");
        }

        void startSink() throws IOException {
            sink = new FileRollSink(new SinkSide(consumer, out));
            sink.start();
        }

        /** Rounds of all duty cycles until none has anything to do. */
        void run() {
            int work = 1;
            while (work > 0) {
                work = cycles.stream().mapToInt(Driven::run).sum();
            }
        }

        /** One round of one duty cycle. */
        void runOne() {
            cycles.get(random.nextInt(cycles.size())).run();
        }

        /** Leases, delivers and, if told to, commits. */
        boolean deliver(long maxBytes, boolean commit) throws IOException {
            Lease lease = consumer.tryLease(10_000, maxBytes);
            if (lease == null) {
                return false;
            }
            byte[] token = sink.deliver(lease);
            if (commit) {
                if (token == null) {
                    lease.commit();
                } else {
                    lease.commit(token);
                }
            } else {
                uncommitted.add(lease);
            }
            return true;
        }
    }

    FileToFileRig(Path folder, long seed, LongFunction<Storage> storages, ChannelSettings... channels)
            throws IOException {
        this.folder = folder;
        this.random = new Random(seed);
        this.storages = storages;
        this.channelSettings = List.of(channels);
        Files.createDirectories(folder.resolve("in"));
        sourceSettings.put("filegroups", "f");
        sourceSettings.put("filegroups.f", folder.resolve("in") + "/.*");
        sourceSettings.put("positionFile", folder.resolve("positions.json").toString());
        sourceSettings.put("lineEnding", "keep");
        sourceSettings.put("fileHeader", "true");
        sourceSettings.put("idleTimeout", "1000");
        sinkSettings.put("sink.rollInterval", "0");
        sinkSettings.put("sink.partitionHeader", "file");
        sinkSettings.put("sink.serializer.appendNewline", "false");
    }

    void start() throws IOException {
        List<Lane> opened = new ArrayList<>();
        for (int i = 0; i < channelSettings.size(); i++) {
            opened.add(new Lane(channelSettings.get(i), storages.apply(i), folder.resolve("out" + i)));
        }
        lanes = opened;
        List<Channel> channels =
                lanes.stream().map(lane -> (Channel) lane.channel).toList();
        processor = new ChannelProcessorImpl(
                channels, List.of(), selector.apply(channels), clock, clock, new MetricGroup(GroupType.SOURCE, "r1"));
        for (Lane lane : lanes) {
            lane.startSink();
            checkpoint(lane);
        }
        startSource();
    }

    void startSource() throws IOException {
        sourceMetrics = new MetricGroup(GroupType.SOURCE, "r1");
        source = new TaildirSource(new SourceSide());
        source.start();
    }

    /** What a lane's channel knows becomes durable. */
    void checkpoint(Lane lane) {
        lane.run();
        clock.advanceMillis(300);
        lane.run();
    }

    /** The process is gone: nobody stops or closes anything, except what the channels must give back. */
    void dropEverything() {
        for (Lane lane : lanes) {
            lane.channel.close();
            lane.uncommitted.forEach(Lease::rollback);
        }
        lanes = List.of();
        source = null;
    }

    /** Everything is stopped in order. */
    void stop() {
        // What is in flight becomes safe before the source waits for it.
        lanes.forEach(Lane::run);
        source.stop();
        for (Lane lane : lanes) {
            lane.sink.stop();
            lane.channel.stop(0);
            lane.channel.close();
        }
        source = null;
    }

    void append(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve("in").resolve(name), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void pass(long millis) {
        clock.advanceMillis(millis);
    }

    /** Until everything is read, delivered, committed and checkpointed. */
    void settle() throws IOException {
        for (int quiet = 0; quiet < 8; ) {
            pass(400);
            boolean worked = source.poll() > 0;
            for (Lane lane : lanes) {
                lane.run();
                worked |= lane.deliver(1 << 20, true);
                lane.run();
            }
            quiet = worked ? 0 : quiet + 1;
        }
    }

    /** Every output equals its input, byte for byte. */
    void checkOutputs(String described) throws IOException {
        try (Stream<Path> inputs = Files.list(folder.resolve("in"))) {
            for (Path input : inputs.toList()) {
                for (int i = 0; i < channelSettings.size(); i++) {
                    byte[] output = output(folder.resolve("out" + i), input);
                    assertThat(java.util.Arrays.mismatch(output, Files.readAllBytes(input)))
                            .as("%s: %s in out%d", described, input.getFileName(), i)
                            .isEqualTo(-1);
                }
            }
        }
    }

    void checkLedgers(String described) {
        for (Lane lane : lanes) {
            Ledger ledger = lane.channel.ledger();
            assertThat(ledger.balances()).as("%s: %s", described, ledger).isTrue();
        }
    }

    private static byte[] output(Path out, Path input) throws IOException {
        List<Path> files = outputs(out, input);
        assertThat(files).noneMatch(file -> file.toString().endsWith(".open"));
        return content(files);
    }

    /** What was written for an input so far, in files that need not be completed. */
    byte[] unfinishedOutput(Path out, Path input) throws IOException {
        return content(outputs(out, input));
    }

    private static List<Path> outputs(Path out, Path input) throws IOException {
        String prefix = PartitionName.of(input.toString()) + "-";
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted(Comparator.comparingInt(FileToFileRig::index))
                    .toList();
        }
    }

    private static byte[] content(List<Path> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Path file : files) {
            bytes.writeBytes(Files.readAllBytes(file));
        }
        return bytes.toByteArray();
    }

    private static int index(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.[0-9a-f]{16}-[0-9]+\\.open$", "");
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1).replaceAll("\\..*", ""));
    }

    private static ChannelSelector replicating(List<Channel> channels) {
        ChannelSelector.Branch all = new ChannelSelector.Branch(0, channels, List.of());
        return new ChannelSelector() {
            @Override
            public List<Branch> branches() {
                return List.of(all);
            }

            @Override
            public Branch select(Map<String, String> shared) {
                return all;
            }

            @Override
            public Branch select(EventCursor event) {
                return all;
            }
        };
    }

    private static final class Clock implements EpochClock, NanoClock {
        private long nanos = TimeUnit.DAYS.toNanos(20_000);

        void advanceMillis(long millis) {
            nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public long time() {
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }
    }

    /** A duty cycle that is run by hand. */
    static final class Driven implements DutyRunner.Running {
        private final DutyCycle cycle;
        private boolean ended;

        Driven(DutyCycle cycle) {
            this.cycle = cycle;
        }

        int run() {
            return ended ? 0 : cycle.doWork();
        }

        @Override
        public void wake() {
            // It is run by hand.
        }

        @Override
        public void stop() {
            if (!ended) {
                ended = true;
                cycle.onClose();
            }
        }
    }

    private record Runner(List<Driven> cycles) implements DutyRunner {
        @Override
        public Running start(DutyCycle cycle) {
            Driven driven = new Driven(cycle);
            cycles.add(driven);
            return driven;
        }

        @Override
        public <T> T call(String role, Callable<T> work) throws Exception {
            return work.call();
        }
    }

    private abstract class Side extends StubContext {
        Side(String name, MetricGroup metrics, Map<String, String> settings) {
            super(name, settings, metrics, clock, clock);
        }

        @Override
        public long randomLong() {
            return random.nextLong();
        }
    }

    private final class SourceSide extends Side implements SourceContext {
        SourceSide() {
            super("r1", sourceMetrics, sourceSettings);
        }

        @Override
        public ChannelProcessor processor() {
            return processor;
        }
    }

    private final class SinkSide extends Side implements SinkContext {
        private final ChannelConsumer consumer;

        SinkSide(ChannelConsumer consumer, Path out) {
            super("k1", new MetricGroup(GroupType.SINK, "k1"), with(out));
            this.consumer = consumer;
        }

        @Override
        public ChannelConsumer consumer() {
            return consumer;
        }
    }

    private Map<String, String> with(Path out) {
        Map<String, String> settings = new HashMap<>(sinkSettings);
        settings.put("sink.directory", out.toString());
        return settings;
    }
}

package io.headrace.tools.tune;

import io.headrace.engine.config.ComponentKind;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.frame.FrameLayout;
import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Measures the machine, searches, and compares the best that was found with what is used now. Runs once, on one thread;
 * {@code stop} may be set by any and ends it within a second or so, with what there is.
 */
final class Tuning {
    /** Shares of the budget. */
    private static final double PROBES = 0.15;

    private static final double WARM_UP = 0.08;
    private static final double COMPARISON = 0.27;

    private static final double TRIAL = 1 / 90.0;
    private static final long SHORTEST_TRIAL_MILLIS = 400;
    private static final long LONGEST_TRIAL_MILLIS = 2_000;
    private static final int LEAST_WARM_UP = 2;
    private static final int LEAST_SEARCH = 3;
    private static final int LEAST_PAIRS = 2;
    private static final int MOST_PAIRS = 7;
    private static final double PACED_SHARE = 0.4;
    private static final long NEEDED_BYTES = 1L << 30;
    private static final int PROBE_PARTS = 12;
    private static final int DISK_PARTS = 12;

    /** Told what is going on. */
    interface Listener {
        void progress(double fraction, String text);
    }

    private final TuneOptions options;
    private final Pipeline pipeline;
    private final boolean fromFile;
    private final ComponentRegistry registry;
    private final Storage storage;
    private final BooleanSupplier stop;
    private final Listener listener;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private final long begun = System.nanoTime();
    private final List<Trial> trials = new ArrayList<>();
    private final Duration trialTime;
    private TrialRunner runner;
    private double trialNanos;
    private long pacedRate;
    private double bestScore;

    Tuning(
            TuneOptions options,
            Pipeline pipeline,
            boolean fromFile,
            ComponentRegistry registry,
            Storage storage,
            BooleanSupplier stop,
            Listener listener) {
        this.options = options;
        this.pipeline = pipeline;
        this.fromFile = fromFile;
        this.registry = registry;
        this.storage = storage;
        this.stop = stop;
        this.listener = listener;
        long millis = (long) (options.budget().toMillis() * TRIAL);
        this.trialTime = Duration.ofMillis(Math.max(SHORTEST_TRIAL_MILLIS, Math.min(LONGEST_TRIAL_MILLIS, millis)));
        this.trialNanos = trialTime.toNanos() * 2.0;
    }

    static Storage disk() {
        return new FileStorage();
    }

    TuneResult run() throws IOException, InterruptedException {
        Path wanted = options.folder() != null
                ? options.folder()
                : pipeline.hasLog() && fromFile ? pipeline.dataFolder() : Path.of("");
        try (TuneFolder folder = TuneFolder.open(wanted, NEEDED_BYTES, storage);
                FarEnd far = pipeline.link() && options.isLoopback() ? FarEnd.start("127.0.0.1", 0) : null) {
            return run(folder, far);
        }
    }

    private TuneResult run(TuneFolder folder, FarEnd far) throws IOException, InterruptedException {
        String host = far == null ? options.peerHost() : "127.0.0.1";
        int port = far == null ? options.peerPort() : far.port();
        runner = new TrialRunner(
                pipeline,
                registry,
                storage,
                folder,
                host,
                port,
                far == null ? null : far::events,
                options.size(),
                stop);
        long probeNanos = (long) (options.budget().toNanos() * PROBES);
        say("the wire");
        BareLine.Speed line = !pipeline.link() || stop.getAsBoolean()
                ? null
                : BareLine.measure(host, far == null ? port + 1 : far.linePort());
        say("the processor");
        ProcessorSpeed processor = ProcessorSpeed.measure(new Load(options.size(), 0), probeNanos / PROBE_PARTS / 4);
        say("the disk");
        DiskSpeed disk = pipeline.hasLog()
                ? new DiskProbe(storage, stop).measure(folder.root(), probeNanos / 2 / DISK_PARTS)
                : null;
        Candidate baseline = pipeline.baseline();
        warmUp(baseline);
        Candidate best = search(baseline);
        Comparison comparison = compare(baseline, best);
        double gain = comparison.gain(options.goal(), options.p99LimitMicros());
        Candidate recommended = gain > 0 ? best : baseline;
        Use use = use(recommended, comparison, gain > 0, disk, line);
        Map<String, String> properties = pipeline.properties(recommended.differencesFrom(baseline));
        Outage outage = outage(recommended, folder.root());
        if (outage != null) {
            properties.putAll(outage.properties(pipeline.prefixOf(ComponentKind.CHANNEL)));
        }
        return new TuneResult(
                options,
                folder.root().getParent(),
                storage.fileSystemOf(folder.root()),
                processors,
                pipeline,
                fromFile,
                disk,
                processor,
                line,
                options.isLoopback() ? null : host + ":" + port,
                trials,
                pacedRate,
                recommended,
                comparison,
                use,
                properties,
                outage,
                stop.getAsBoolean(),
                (System.nanoTime() - begun) / 1e9);
    }

    /** Java compiles what runs often: the first runs say little. */
    private void warmUp(Candidate baseline) throws IOException {
        long until = System.nanoTime() + (long) (options.budget().toNanos() * WARM_UP);
        Trial first;
        do {
            if (stop.getAsBoolean()) {
                return;
            }
            first = trial(baseline, 0, "warm-up");
            if (!first.works() && !stop.getAsBoolean()) {
                throw new CommandException(ExitCode.FAILED, "the settings in use do not work: " + first.failure());
            }
        } while (System.nanoTime() - until < 0 || trials.size() < LEAST_WARM_UP);
        pacedRate = options.peak() > 0 ? options.peak() : rounded((long) (first.eventsPerSecond() * PACED_SHARE));
    }

    private static long rounded(long rate) {
        long unit = 1;
        while (rate / unit >= 100) {
            unit *= 10;
        }
        return Math.max(1, rate / unit * unit);
    }

    private Candidate search(Candidate baseline) throws IOException, InterruptedException {
        long until = begun + (long) (options.budget().toNanos() * (1 - COMPARISON));
        LinkedHashSet<Candidate> start = new LinkedHashSet<>();
        start.add(baseline);
        start.add(pipeline.defaults(registry));
        int least = trials.size() + LEAST_SEARCH;
        BooleanSupplier mayGoOn =
                () -> !stop.getAsBoolean() && (trials.size() < least || System.nanoTime() + cost() - until < 0);
        return new Search(
                        pipeline.space(processors),
                        baseline,
                        this::measure,
                        mayGoOn,
                        new Random(TimeUnit.NANOSECONDS.toMillis(begun)))
                .run(List.copyOf(start));
    }

    /** What one measurement takes, in nanoseconds, as far as it is known. */
    private double cost() {
        int each = (options.goal().needsFull() ? 1 : 0) + (options.goal().needsPaced(options.p99LimitMicros()) ? 1 : 0);
        return trialNanos * each;
    }

    private double measure(Candidate candidate, String stage) throws IOException {
        boolean paced = options.goal().needsPaced(options.p99LimitMicros());
        Trial full = options.goal().needsFull() ? trial(candidate, 0, stage) : null;
        Trial at = paced ? trial(candidate, pacedRate, stage) : null;
        double score = options.goal().score(full, at, options.p99LimitMicros());
        bestScore = Math.max(bestScore, score);
        return score;
    }

    private Trial trial(Candidate candidate, long rate, String stage) throws IOException {
        say(stage + ", trial " + (trials.size() + 1));
        long from = System.nanoTime();
        Trial trial = runner.run(candidate, rate, trialTime, stage);
        trialNanos = (trialNanos + System.nanoTime() - from) / 2;
        trials.add(trial);
        return trial;
    }

    private void say(String text) {
        double fraction =
                (System.nanoTime() - begun) / (double) options.budget().toNanos();
        listener.progress(Math.min(1, fraction), text);
    }

    private Comparison compare(Candidate baseline, Candidate best) throws IOException {
        List<List<Trial>> all = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long until = begun + options.budget().toNanos();
        boolean same = best.equals(baseline);
        for (int pair = 0; pair < MOST_PAIRS && !stop.getAsBoolean(); pair++) {
            double needed = trialNanos * (same ? 2 : 4);
            if (pair >= LEAST_PAIRS && System.nanoTime() + needed - until > 0) {
                break;
            }
            String stage = "comparison " + (pair + 1);
            List<Trial> round = new ArrayList<>();
            for (long rate : new long[] {0, pacedRate}) {
                boolean baseFirst = pair % 2 == 0;
                Trial first = trial(baseFirst || same ? baseline : best, rate, stage);
                Trial second = same ? first : trial(baseFirst ? best : baseline, rate, stage);
                round.add(baseFirst ? first : second);
                round.add(baseFirst ? second : first);
            }
            if (!stop.getAsBoolean()) {
                for (int i = 0; i < round.size(); i++) {
                    all.get(i).add(round.get(i));
                }
            }
        }
        return new Comparison(all.get(0), all.get(1), all.get(2), all.get(3));
    }

    private Use use(Candidate recommended, Comparison comparison, boolean best, DiskSpeed disk, BareLine.Speed line)
            throws IOException {
        boolean latency = options.goal() == Goal.LATENCY;
        List<Trial> own = latency
                ? best ? comparison.bestPaced() : comparison.basePaced()
                : best ? comparison.bestFull() : comparison.baseFull();
        if (own.isEmpty()) {
            own = trials.stream()
                    .filter(trial -> trial.candidate().equals(recommended) && trial.rate() > 0 == latency)
                    .toList();
        }
        String strategy = recommended.value(Knob.WAIT_STRATEGY);
        if (!latency && !stop.getAsBoolean() && ("yield".equals(strategy) || "spin".equals(strategy))) {
            // Threads that never park use all there is, whatever limits.
            own = List.of(trial(recommended.with(Knob.WAIT_STRATEGY, "adaptive"), 0, "limit"));
        }
        if (own.stream().noneMatch(Trial::works)) {
            return null;
        }
        DiskSpeed known = disk == null ? new DiskSpeed(List.of()) : disk;
        return latency
                ? Use.ofLatency(own, known, pipeline.sync(), line)
                : Use.ofThroughput(own, known, pipeline.sync(), line);
    }

    private Outage outage(Candidate recommended, Path folder) throws IOException {
        if (options.peak() == 0) {
            return null;
        }
        String overflow = pipeline.channelSetting("overflowCapacity");
        String key = overflow != null ? "overflowCapacity" : "capacity";
        String capacity = pipeline.channelSetting(key);
        String reserve = pipeline.channelSetting("minimumRequiredSpace");
        String batch = recommended.value(Knob.BATCH);
        String frameBytes = recommended.value(Knob.FRAME_BYTES);
        return Outage.of(
                options.peak(),
                options.outage(),
                options.size(),
                batch == null ? 1_000 : Long.parseLong(batch),
                frameBytes == null ? FrameLayout.DEFAULT_FRAME_BYTES : Long.parseLong(frameBytes),
                key,
                capacity == null ? Long.MAX_VALUE : Long.parseLong(capacity),
                pipeline.hasLog() ? storage.usableSpace(folder) - (reserve == null ? 0 : Long.parseLong(reserve)) : 0);
    }
}

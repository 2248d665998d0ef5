package io.headrace.tools.tune;

import io.headrace.engine.config.ComponentKind;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.frame.FrameLayout;
import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Measures the machine, searches, and compares the best that was found with what is used now. Runs once, on one thread;
 * {@code stop} may be set by any and ends it within a second or so, with what there is.
 */
final class Tuning {
    /** What others take of its time: Java loads and compiles in it. */
    private static final double FIRST_TRIAL = 0.4;

    private static final double PACED_SHARE = 0.4;
    /** Beside what is to stay free: the segments of a trial's log, and the probe's file. */
    private static final long NEEDED_BYTES = 1L << 29;

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
    private final Machine machine;
    private final Storage storage;
    private final BooleanSupplier stop;
    private final Listener listener;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private final List<Trial> trials = new ArrayList<>();
    private final Schedule schedule;
    private Machine.Runner runner;
    private long pacedRate;
    private int measurements;

    Tuning(
            TuneOptions options,
            Pipeline pipeline,
            boolean fromFile,
            ComponentRegistry registry,
            Machine machine,
            BooleanSupplier stop,
            Listener listener) {
        this.options = options;
        this.pipeline = pipeline;
        this.fromFile = fromFile;
        this.registry = registry;
        this.machine = machine;
        this.storage = machine.storage();
        this.stop = stop;
        this.listener = listener;
        this.schedule = new Schedule(options.budget(), trialsOfMeasurement(), machine.nanoClock());
    }

    TuneResult run() throws IOException, InterruptedException {
        Path wanted = options.folder() != null
                ? options.folder()
                : pipeline.hasLog() && fromFile ? pipeline.dataFolder() : Path.of("");
        if (options.folder() != null && (wanted.toString().isEmpty() || !Files.isDirectory(wanted))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--dir: " + wanted + ": no such folder (expected: one on the disk where logs are to be)");
        }
        try (TuneFolder folder = TuneFolder.open(wanted, NEEDED_BYTES + reserve(), storage);
                FarEnd far = pipeline.link() && options.isLoopback() ? FarEnd.start("127.0.0.1", 0) : null) {
            return run(folder, far);
        }
    }

    private TuneResult run(TuneFolder folder, FarEnd far) throws IOException, InterruptedException {
        String host = far == null ? options.peerHost() : "127.0.0.1";
        int port = far == null ? options.peerPort() : far.port();
        TrialRunner agents = new TrialRunner(
                pipeline,
                registry,
                storage,
                folder,
                host,
                port,
                far == null ? null : far::events,
                options.size(),
                stop);
        runner = machine.trials().apply(agents::run);
        long probeNanos = schedule.probeNanos();
        say("the wire");
        BareLine.Speed line = pipeline.link() ? line(host, far == null ? port + 1 : far.linePort()) : null;
        say("the processor");
        ProcessorSpeed processor =
                ProcessorSpeed.measure(new Load(options.size(), 0), probeNanos / PROBE_PARTS / 4, stop);
        say("the disk");
        DiskSpeed disk = pipeline.hasLog()
                ? new DiskProbe(storage, stop).measure(folder.root(), probeNanos / 2 / DISK_PARTS)
                : null;
        Candidate baseline = pipeline.baseline();
        warmUp(baseline);
        Search search = search(baseline);
        Candidate best = search.run(List.of(baseline, pipeline.defaults(registry)));
        Comparison comparison = compare(baseline, best);
        Shortage shortage = shortage(search.untried(), comparison);
        double gain = comparison.gain(options.goal(), options.p99LimitMicros());
        boolean better = gain > 0 || !comparison.isVerified();
        Candidate recommended = better ? best : baseline;
        Use use = use(recommended, comparison, better, disk, line);
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
                shortage,
                use,
                properties,
                outage,
                stop.getAsBoolean(),
                schedule.seconds());
    }

    /** Null when it was stopped. */
    private BareLine.Speed line(String host, int port) throws IOException {
        try {
            return BareLine.measure(host, port, stop);
        } catch (IOException e) {
            String what = "port " + port + ": " + e.getMessage();
            throw new CommandException(
                    ExitCode.FAILED,
                    options.isLoopback()
                            ? host + ": " + what
                            : "--peer: " + host + ":" + options.peerPort() + ": " + what
                                    + " (expected: what headrace tune --listen names there: that port and the next one)",
                    e);
        }
    }

    /** Java compiles what runs often: the first runs say little. */
    private void warmUp(Candidate baseline) throws IOException {
        long until = machine.nanoClock().getAsLong() + schedule.warmUpNanos();
        Trial first;
        do {
            if (stop.getAsBoolean()) {
                return;
            }
            first = trial(baseline, 0, "warm-up");
            if (!first.works() && !stop.getAsBoolean()) {
                throw new CommandException(ExitCode.FAILED, "the settings in use do not work: " + first.failure());
            }
            requireEnoughTime();
        } while (machine.nanoClock().getAsLong() - until < 0 || trials.size() < Schedule.LEAST_WARM_UP);
        pacedRate = options.peak() > 0 ? options.peak() : rounded((long) (first.eventsPerSecond() * PACED_SHARE));
    }

    /** Rather at once than when the time is over. */
    private void requireEnoughTime() {
        Duration least = schedule.tooShort(trials.size() < Schedule.LEAST_WARM_UP ? FIRST_TRIAL : 1);
        if (least != null && !stop.getAsBoolean()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    String.format(
                            Locale.ROOT,
                            "--budget: %ds (expected: >= %ds here, where a trial takes %.1f s)",
                            options.budget().toSeconds(),
                            least.toSeconds(),
                            schedule.trial().toMillis() / 1e3));
        }
    }

    private static long rounded(long rate) {
        long unit = 1;
        while (rate / unit >= 100) {
            unit *= 10;
        }
        return Math.max(1, rate / unit * unit);
    }

    private Search search(Candidate baseline) {
        return new Search(
                pipeline.space(processors, registry),
                baseline,
                this::measure,
                () -> !stop.getAsBoolean() && schedule.maySearch(),
                new Random(System.nanoTime()));
    }

    /** Null when there was time for all, or it was stopped. */
    private Shortage shortage(Untried untried, Comparison comparison) {
        boolean undecided = comparison.isUndecided(options.goal(), options.p99LimitMicros());
        if (stop.getAsBoolean() || untried.isNone() && !undecided) {
            return null;
        }
        return new Shortage(
                untried,
                undecided,
                schedule.sufficient(
                        measurements + untried.measurements(), undecided ? Schedule.MOST_PAIRS : Schedule.LEAST_PAIRS));
    }

    /** What it takes to say how good something is. */
    private int trialsOfMeasurement() {
        return (options.goal().needsFull() ? 1 : 0) + (options.goal().needsPaced(options.p99LimitMicros()) ? 1 : 0);
    }

    private double measure(Candidate candidate, String stage) throws IOException {
        measurements++;
        boolean paced = options.goal().needsPaced(options.p99LimitMicros());
        Trial full = options.goal().needsFull() ? trial(candidate, 0, stage) : null;
        Trial at = paced ? trial(candidate, pacedRate, stage) : null;
        return options.goal().score(full, at, options.p99LimitMicros());
    }

    private Trial trial(Candidate candidate, long rate, String stage) throws IOException {
        say(stage + ", trial " + (trials.size() + 1));
        long from = machine.nanoClock().getAsLong();
        Trial trial = runner.run(candidate, rate, schedule.trialTime(), stage);
        schedule.took(machine.nanoClock().getAsLong() - from);
        trials.add(trial);
        return trial;
    }

    private void say(String text) {
        listener.progress(schedule.fraction(), text);
    }

    private Comparison compare(Candidate baseline, Candidate best) throws IOException {
        List<List<Trial>> all = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        boolean same = best.equals(baseline);
        int ofPair = (same ? 1 : 2) * trialsOfMeasurement();
        int spare = neverParks(best) ? 1 : 0;
        for (int pair = 0; pair < Schedule.MOST_PAIRS && !stop.getAsBoolean(); pair++) {
            if (pair >= Schedule.LEAST_PAIRS && !schedule.hasRoomFor(ofPair + spare)) {
                break;
            }
            boolean both = pair == 0 || schedule.hasRoomFor(4 + spare);
            for (boolean paced : new boolean[] {false, true}) {
                boolean needed = paced
                        ? options.goal().needsPaced(options.p99LimitMicros())
                        : options.goal().needsFull();
                if (needed || both) {
                    pair(pair, baseline, best, paced ? pacedRate : 0, all.get(paced ? 2 : 0), all.get(paced ? 3 : 1));
                }
            }
        }
        return new Comparison(all.get(0), all.get(1), all.get(2), all.get(3));
    }

    /** Runs both right after each other, and counts them when neither was stopped. */
    private void pair(int pair, Candidate baseline, Candidate best, long rate, List<Trial> bases, List<Trial> bests)
            throws IOException {
        String stage = "comparison " + (pair + 1);
        boolean same = best.equals(baseline);
        boolean baseFirst = same || pair % 2 == 0;
        Trial first = trial(baseFirst ? baseline : best, rate, stage);
        Trial second = same ? first : trial(baseFirst ? best : baseline, rate, stage);
        if (!stop.getAsBoolean()) {
            bases.add(baseFirst ? first : second);
            bests.add(baseFirst ? second : first);
        }
    }

    /** Threads that never park use all there is, whatever limits. */
    private boolean neverParks(Candidate candidate) {
        String strategy = candidate.value(Knob.WAIT_STRATEGY);
        return options.goal() != Goal.LATENCY && ("yield".equals(strategy) || "spin".equals(strategy));
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
        if (neverParks(recommended) && !stop.getAsBoolean()) {
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
                pipeline.hasLog() ? storage.usableSpace(folder) - reserve() : 0);
    }

    /** What the channel's log leaves free. */
    private long reserve() {
        String reserve = pipeline.channelSetting("minimumRequiredSpace");
        return reserve == null ? 0 : Long.parseLong(reserve);
    }
}

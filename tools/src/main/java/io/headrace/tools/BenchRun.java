package io.headrace.tools;

import io.headrace.tools.bench.BenchJson;
import io.headrace.tools.bench.BenchReport;
import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.BenchText;
import io.headrace.tools.bench.Comparison;
import io.headrace.tools.bench.EarlierRun;
import io.headrace.tools.bench.HdrFile;
import io.headrace.tools.bench.NotMeasurableException;
import io.headrace.tools.bench.Window;
import io.headrace.tools.bench.Workload;
import io.headrace.tools.bench.WorkloadException;
import io.headrace.tools.bench.WorkloadListener;
import io.headrace.tools.bench.WorkloadProgress;
import io.headrace.tools.bench.WorkloadResult;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** One {@code bench} command at work: its rounds one after the other, with the line on the terminal, then what it found. */
final class BenchRun {
    private static final Duration LATER_WARM_UP = Duration.ofMillis(500);

    private final Console console;
    private final Progress progress;
    private final BenchSettings settings;
    private final int wantedRounds;
    private final Function<BenchSettings, Workload> workloads;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<WorkloadResult> rounds = new ArrayList<>();
    private HdrFile hdr;

    private BenchRun(
            Console console, BenchSettings settings, int wantedRounds, Function<BenchSettings, Workload> workloads) {
        this.workloads = workloads;
        this.console = console;
        this.progress = new Progress(console);
        this.settings = settings;
        this.wantedRounds = wantedRounds;
    }

    /** Runs the rounds, prints, and returns the exit code. */
    static int run(Console console, BenchOptions.Common options, Supplier<BenchSettings> settings)
            throws IOException, InterruptedException {
        return run(console, options, settings, Workload::of);
    }

    /**
     * The same with other workloads, to see what comes of what they find.
     */
    static int run(
            Console console,
            BenchOptions.Common options,
            Supplier<BenchSettings> settings,
            Function<BenchSettings, Workload> workloads)
            throws IOException, InterruptedException {
        BenchRun run;
        EarlierRun earlier;
        try {
            BenchSettings all = settings.get();
            run = new BenchRun(console, all, options.rounds(), workloads);
            earlier = earlier(options, all);
        } catch (IllegalArgumentException wrong) {
            throw new CommandException(ExitCode.USAGE, "--" + wrong.getMessage(), wrong);
        }
        try {
            return run.measure(options, earlier);
        } catch (NotMeasurableException wrong) {
            throw new CommandException(ExitCode.USAGE, "--" + wrong.getMessage(), wrong);
        } catch (WorkloadException failed) {
            throw new CommandException(ExitCode.FAILED, failed.getMessage(), failed);
        }
    }

    private static EarlierRun earlier(BenchOptions.Common options, BenchSettings settings) throws IOException {
        if (options.compare() == null) {
            return null;
        }
        EarlierRun earlier = EarlierRun.read(options.compare());
        if (!earlier.workload().equals(settings.kind().label())) {
            throw new IllegalArgumentException("compare: " + options.compare() + " is of bench " + earlier.workload()
                    + " (expected: of bench " + settings.kind().label() + ")");
        }
        return earlier;
    }

    private int measure(BenchOptions.Common options, EarlierRun earlier) throws IOException, InterruptedException {
        int stopped;
        try (HdrFile opened = options.hdr() == null ? null : HdrFile.open(options.hdr(), settings);
                StopSignals signals = StopSignals.handle(this::stop)) {
            hdr = opened;
            for (int round = 0; round < wantedRounds && !signals.isAsked(); round++) {
                WorkloadResult result = workloads.apply(shared(round)).run(stop::get, new Listener(round));
                if (result.events() > 0 || !result.sound()) {
                    rounds.add(result);
                }
            }
            stopped = signals.exitCode();
        } finally {
            progress.clear();
        }
        if (rounds.isEmpty()) {
            throw new CommandException(
                    stopped,
                    stop.get() ? "stopped before anything was measured" : "no event came out in the time there was");
        }
        BenchReport report = new BenchReport(settings, wantedRounds, rounds, stop.get(), fileSystem());
        Comparison comparison = earlier == null ? null : Comparison.of(earlier.figures(), earlier.conditions(), report);
        if (options.json()) {
            console.out().println(BenchJson.of(report, comparison));
        } else {
            console.out().print(BenchText.of(report, comparison));
        }
        if (!report.sound()) {
            report.rounds().forEach(each -> each.faults()
                    .forEach(fault -> console.err().println("headrace: " + fault)));
            return ExitCode.INTEGRITY;
        }
        return report.stopped() ? stopped : ExitCode.OK;
    }

    private void stop() {
        stop.set(true);
    }

    /** What one round does of all. */
    private BenchSettings shared(int round) {
        long events = settings.events() == 0 ? 0 : (settings.events() + wantedRounds - 1) / wantedRounds;
        Duration duration = settings.duration().dividedBy(wantedRounds);
        Duration warmUp =
                round == 0 || settings.warmUp().compareTo(LATER_WARM_UP) < 0 ? settings.warmUp() : LATER_WARM_UP;
        return settings.with(draft -> draft.events(events).duration(duration).warmUp(warmUp));
    }

    private String fileSystem() throws IOException {
        return settings.hasLog()
                ? new FileStorage().fileSystemOf(settings.folder().toRealPath())
                : null;
    }

    private final class Listener implements WorkloadListener {
        private final int round;

        Listener(int round) {
            this.round = round;
        }

        @Override
        public void progress(WorkloadProgress now) {
            if (progress.isDue()) {
                double done = (round + (now.warmingUp() ? 0 : now.fraction())) / wantedRounds;
                progress.draw(done, BenchText.live(now));
            }
        }

        @Override
        public void window(Window window, Histogram latencies) {
            if (hdr != null) {
                hdr.add(window, latencies);
            }
        }
    }
}

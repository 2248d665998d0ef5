package io.headrace.benchmarks.suites;

import io.headrace.benchmarks.BenchmarkFolder;
import io.headrace.benchmarks.peers.Settle;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs contestants one at a time in the order of {@link Schedule} and keeps what they say: after each run the results are
 * on disk. {@link #run} is called by one thread, {@link #stop} by any.
 */
final class Driver {
    private static final double NANOS = 1e9;

    private final Options options;
    private final Path file;
    private final PrintStream progress;
    private final Settling settling;
    private final Fork fork;
    private final List<Run> runs = new ArrayList<>();
    private final Map<String, Double> durations = new HashMap<>();
    private final String started = now();
    private final long startedNanos = System.nanoTime();
    private Map<String, String> machine;

    /** Waits until the disk rests. */
    @FunctionalInterface
    interface Settling {
        void await(Path folder) throws IOException;
    }

    /**
     * @param file of the results
     * @param settling before each run
     */
    Driver(Options options, Path file, PrintStream progress, Settling settling) {
        this.settling = settling;
        this.options = options;
        this.file = file;
        this.progress = progress;
        this.fork = new Fork(
                options.directory(),
                Map.of("HEADRACE_BENCHMARKS_BUILT", "yes", Settle.QUICK, options.mode() == Mode.QUICK ? "yes" : "no"));
    }

    /**
     * Runs all, or until the time is over or {@link #stop}.
     *
     * @throws IllegalArgumentException when a command has a word that stands for nothing; then nothing was started
     */
    Results run() throws IOException, InterruptedException {
        List<Task> tasks = Schedule.of(options.suites(), options.mode(), options.rounds());
        for (Task task : tasks) {
            command(task, file.getParent());
        }
        machine = Machine.describe(file.getParent());
        String reason = null;
        try (BenchmarkFolder folder = new BenchmarkFolder("run")) {
            for (int i = 0; i < tasks.size(); i++) {
                if (fork.isStopped()) {
                    reason = "stopped after " + i + " of " + tasks.size() + " runs";
                    break;
                }
                progress.printf(
                        Locale.ROOT,
                        "[%d/%d, %.0f s] %s%n",
                        i + 1,
                        tasks.size(),
                        elapsed(),
                        tasks.get(i).what());
                if (!one(tasks.get(i), folder.path().resolve(Integer.toString(i)))) {
                    reason = timeWasOver(tasks.size());
                }
                Json.write(file, results(false, "still running, or killed"));
            }
        }
        Results results = results(reason == null && !fork.isStopped(), fork.isStopped() ? "stopped" : reason);
        Json.write(file, results);
        return results;
    }

    /** Ends the process that runs; {@link #run} then returns what there is. */
    void stop() {
        fork.stop();
    }

    /** Returns false when the time was over. */
    private boolean one(Task task, Path work) throws IOException, InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        if (processors < task.suite().processors()) {
            String why = "processors: " + processors + " (expected: >= "
                    + task.suite().processors() + ")";
            progress.println("    left out: " + why);
            runs.add(Run.skipped(task, why));
            return true;
        }
        String key = task.suite().name() + '\t' + task.name() + '\t' + task.value();
        double left = options.budgetSeconds() == 0 ? Double.MAX_VALUE : options.budgetSeconds() - elapsed();
        if (left <= durations.getOrDefault(key, 0.0)) {
            runs.add(Run.skipped(task, "the time was over"));
            return false;
        }
        Files.createDirectories(work.resolve("data"));
        settling.await(work);
        double limit = Math.min(task.suite().limitSeconds(), left);
        Fork.Outcome outcome = fork.run(command(task, work), work, limit);
        durations.put(key, outcome.seconds());
        boolean inTime = true;
        if (fork.isStopped()) {
            runs.add(Run.skipped(task, "stopped"));
        } else if (outcome.failure() == null) {
            keep(task, outcome, work);
        } else if (limit == left && outcome.seconds() >= limit) {
            runs.add(Run.skipped(task, "the time was over"));
            inTime = false;
        } else {
            fail(task, outcome.seconds(), outcome.failure());
        }
        BenchmarkFolder.remove(work);
        return inTime;
    }

    private List<String> command(Task task, Path work) {
        Words words = options.words()
                .with(task.suite().settings(options.mode()))
                .with("folder", work.resolve("data").toAbsolutePath().toString());
        if (task.value() != null) {
            words = words.with(task.suite().axis().name(), Texts.word(task.value()));
        }
        try {
            if (task.contestant() == null) {
                return words.expand(task.suite().command());
            }
            Jmh jmh = task.contestant().jmh();
            return jmh == null
                    ? words.expand(task.contestant().command())
                    : JmhRun.command(jmh, options.mode(), words, jmhResult(work));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(task.what() + ": " + e.getMessage(), e);
        }
    }

    private static Path jmhResult(Path work) {
        return work.resolve("jmh.json").toAbsolutePath();
    }

    private void keep(Task task, Fork.Outcome outcome, Path work) throws IOException {
        List<Run> told = new ArrayList<>();
        try {
            if (task.contestant() != null && task.contestant().jmh() != null) {
                Answer answer =
                        JmhRun.answer(task.contestant().jmh(), task.suite().unit(), Files.readString(jmhResult(work)));
                told.add(Run.done(task, task.name(), task.value(), outcome.seconds(), answer));
            } else {
                told.addAll(Answers.of(task, outcome.output(), outcome.seconds()));
            }
        } catch (IllegalArgumentException e) {
            fail(task, outcome.seconds(), e.getMessage());
            return;
        }
        runs.addAll(told);
        for (Run run : told) {
            progress.printf(Locale.ROOT, "    %-40s %s%n", run.contestant(), figure(run.answer()));
        }
    }

    /** Says what the time did not suffice for. */
    private String timeWasOver(int all) {
        long left = runs.stream().filter(Run::skipped).count();
        List<String> missing = new ArrayList<>();
        for (Suite suite : options.suites()) {
            List<Run> own = runs.stream()
                    .filter(run -> run.suite().equals(suite.name()))
                    .toList();
            if (!own.isEmpty() && own.stream().allMatch(Run::skipped)) {
                missing.add(suite.name());
            }
        }
        return "the time was over: " + left + " of " + all + " runs were left out"
                + (missing.isEmpty() ? "" : ", all of " + String.join(", ", missing));
    }

    private static String figure(Answer answer) {
        Double figure = Measurements.figure(answer);
        return figure == null
                ? "ms: " + answer.latencyMillis()
                : String.format(Locale.ROOT, figure < 1000 ? "%,.3f %s" : "%,.0f %s", figure, answer.unit());
    }

    private void fail(Task task, double seconds, String failure) {
        runs.add(Run.failed(task, task.name(), seconds, failure));
        progress.println("    FAILED: " + failure.replace("\n", "\n    "));
    }

    private Results results(boolean complete, String reason) {
        return new Results(
                Results.VERSION,
                started,
                now(),
                options.mode(),
                complete,
                complete ? null : reason,
                options.sources(),
                machine,
                options.suites(),
                runs);
    }

    private double elapsed() {
        return (System.nanoTime() - startedNanos) / NANOS;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}

package io.headrace.benchmarks.beside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Windows of an agent's work with a command that looks into its logs, and without, in the order without, with, with,
 * without, so that what drifts cancels out; commands take turns. Started by {@code benchmarks/wal-beside}.
 */
public final class BesideRig {
    private static final double LIMIT_PERCENT = 2;
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final double MILLION = 1e6;

    private final AgentProbe probe;
    private final long windowNanos;
    private final Path answers;
    private final Map<Looker.Kind, Looker> lookers = new EnumMap<>(Looker.Kind.class);
    private final Map<Looker.Kind, Figures> figures = new EnumMap<>(Looker.Kind.class);

    private BesideRig(AgentProbe probe, long windowNanos, Path answers) {
        this.probe = probe;
        this.windowNanos = windowNanos;
        this.answers = answers;
    }

    /** What a window came to. */
    private record Window(long begin, long end, double rate, double processorMicros) {}

    /** Of one command. */
    private static final class Figures {
        final Pairs rates = new Pairs();
        final Pairs processor = new Pairs();
        final List<Window> with = new ArrayList<>();
        final List<Window> alone = new ArrayList<>();

        void add(Window withIt, Window without) {
            rates.add(withIt.rate, without.rate);
            processor.add(withIt.processorMicros, without.processorMicros);
            with.add(withIt);
            alone.add(without);
        }
    }

    /**
     * Runs the windows and prints a table.
     *
     * @param arguments agent's process id, port of its metrics, path of headrace, log at work, backlog, folder for files,
     *     milliseconds of a window, rounds, kinds with commas, file of answers or -, file of pairs or -,
     *     more options of the commands
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path headrace = Path.of(arguments[2]);
        Path folder = Path.of(arguments[5]);
        BesideRig rig = new BesideRig(
                new AgentProbe(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1])),
                TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[6])),
                arguments[9].equals("-") ? null : Path.of(arguments[9]));
        List<String> options = Arrays.asList(arguments).subList(11, arguments.length);
        for (String name : arguments[8].split(",")) {
            Looker.Kind kind = Looker.Kind.valueOf(name.toUpperCase(Locale.ROOT));
            Path log = Path.of(arguments[kind.atWork ? 3 : 4]);
            rig.lookers.put(kind, new Looker(kind, headrace, options, log, folder.resolve("said-" + name)));
            rig.figures.put(kind, new Figures());
        }
        rig.run(Integer.parseInt(arguments[7]));
        if (!arguments[10].equals("-")) {
            rig.keep(Path.of(arguments[10]));
        }
        rig.print();
    }

    private void run(int rounds) throws IOException, InterruptedException {
        // Each command's start, at least of those that go on, is behind it then.
        for (Looker looker : lookers.values()) {
            looker.workUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(2));
            looker.pause();
            looker.forget();
        }
        Window before = window(null);
        for (int round = 0; round < rounds; round++) {
            for (Looker looker : lookers.values()) {
                Window first = window(looker);
                Window second = window(looker);
                looker.pause();
                Window behind = window(null);
                Figures seen = figures.get(looker.kind());
                seen.add(first, before);
                seen.add(second, behind);
                before = behind;
            }
        }
        for (Looker looker : lookers.values()) {
            looker.end();
        }
    }

    private Window window(Looker looker) throws IOException, InterruptedException {
        work(looker, SETTLE_NANOS);
        AgentProbe.Reading begin = probe.read();
        work(looker, windowNanos);
        AgentProbe.Reading end = probe.read();
        double events = end.events() - begin.events();
        if (events <= 0) {
            throw new IOException("events in a window: " + (long) events + " (expected: more than 0)");
        }
        return new Window(
                begin.nanos(),
                end.nanos(),
                events * TimeUnit.SECONDS.toNanos(1) / (end.nanos() - begin.nanos()),
                (end.processorNanos() - begin.processorNanos()) / 1e3 / (events / MILLION));
    }

    private static void work(Looker looker, long nanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        if (looker == null) {
            Looker.waitUntil(end);
        } else {
            looker.workUntil(end);
        }
    }

    /** Adds the pairs of this run to a file, a line {@code NAME RATE PROCESSOR} each, and takes in those of earlier ones. */
    private void keep(Path file) throws IOException {
        List<String> before = Files.exists(file) ? Files.readAllLines(file) : List.of();
        List<String> lines = new ArrayList<>();
        figures.forEach((kind, seen) -> {
            for (int i = 0; i < seen.rates.percents().size(); i++) {
                lines.add(kind + " " + seen.rates.percents().get(i) + " "
                        + seen.processor.percents().get(i));
            }
        });
        Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        for (String line : before) {
            String[] words = line.split(" ");
            Figures seen = figures.get(Looker.Kind.valueOf(words[0]));
            if (seen != null) {
                seen.rates.add(Double.parseDouble(words[1]));
                seen.processor.add(Double.parseDouble(words[2]));
            }
        }
    }

    private void print() throws IOException {
        System.out.println("Medians; middles of the differences of pairs with their 95 % confidence interval.");
        for (Map.Entry<Looker.Kind, Figures> entry : figures.entrySet()) {
            Looker looker = lookers.get(entry.getKey());
            Figures seen = entry.getValue();
            Pairs.Estimate rate = seen.rates.estimate();
            Pairs.Estimate processor = seen.processor.estimate();
            double seconds = seen.with.size() * (windowNanos + SETTLE_NANOS) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%-21s %d pairs; events/s %,.0f alone, %,.0f with: %s; agent's processor ms a million events %.1f, %.1f: %s;"
                            + " command %.2f %% of a processor, %d starts%n",
                    entry.getKey().text,
                    rate.count(),
                    median(seen.alone, true),
                    median(seen.with, true),
                    rate.text(),
                    median(seen.alone, false) / 1e3,
                    median(seen.with, false) / 1e3,
                    processor.text(),
                    100 * looker.processorNanos() / 1e9 / seconds,
                    looker.runs());
            if (answers != null) {
                System.out.printf(
                        Locale.ROOT,
                        "%-21s acknowledged in, alone: %s; with: %s%n",
                        "",
                        times(seen.alone),
                        times(seen.with));
            }
            System.out.printf(Locale.ROOT, "%-21s %s%n", "", verdict(rate));
        }
    }

    private static String verdict(Pairs.Estimate rate) {
        double worst = Math.max(-rate.low(), rate.high());
        double best = -rate.high();
        String asked = String.format(Locale.ROOT, "expected: at most %.0f %%", LIMIT_PERCENT);
        if (worst <= LIMIT_PERCENT) {
            return asked + ": met";
        }
        return asked + (best > LIMIT_PERCENT ? ": MISSED" : ": not decided, more rounds would");
    }

    private String times(List<Window> windows) throws IOException {
        Histogram times = AnswerFile.between(
                answers,
                windows.stream()
                        .map(window -> new long[] {window.begin, window.end})
                        .toList());
        return String.format(
                Locale.ROOT,
                "p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms",
                times.getValueAtPercentile(50) / MILLION,
                times.getValueAtPercentile(99) / MILLION,
                times.getValueAtPercentile(99.9) / MILLION);
    }

    private static double median(List<Window> windows, boolean rates) {
        return Pairs.median(windows.stream()
                .mapToDouble(window -> rates ? window.rate : window.processorMicros)
                .toArray());
    }
}

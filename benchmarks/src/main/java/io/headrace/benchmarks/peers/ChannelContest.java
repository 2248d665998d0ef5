package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Channels that take turns at the same work, round by round, warm ones first. Owned by one thread. */
final class ChannelContest implements AutoCloseable {
    private record Entry(PeerProcess process, Order order) {}

    private final Order options;
    private final Path folder;
    private final List<String> wanted;
    private final List<PeerProcess> processes = new ArrayList<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Answers answers = new Answers();

    /**
     * @param options {@code rounds}, {@code warmRounds}, {@code peers}
     * @param folder on the disk that is waited for
     */
    ChannelContest(Order options, Path folder) {
        this.options = options;
        this.folder = folder;
        wanted = Arrays.asList(options.text("peers").split(","));
    }

    /** Whether a peer is asked for. */
    boolean wants(String peer) {
        return wanted.contains(peer);
    }

    /** A process that ends with the contest. */
    PeerProcess keep(PeerProcess process) {
        processes.add(process);
        return process;
    }

    /** Adds a contestant; several may share a process. */
    void enter(String name, PeerProcess process, Order order) {
        entries.put(name, new Entry(process, order));
    }

    /** Runs all rounds; each begins with another contestant. */
    void run() throws IOException {
        List<String> names = new ArrayList<>(entries.keySet());
        long rounds = options.number("rounds");
        for (long round = 1 - options.number("warmRounds"); round <= rounds; round++) {
            for (int i = 0; i < names.size(); i++) {
                ask(names.get((int) Math.floorMod(i + round - 1, (long) names.size())), round > 0);
            }
        }
    }

    private void ask(String name, boolean counts) throws IOException {
        Entry entry = entries.get(name);
        Settle.disk(folder);
        Order answer = entry.process().run(entry.order());
        if (entry.order().text("kind").equals("file")) {
            checkDisk(name, answer);
        }
        if (counts) {
            answers.add(name, answer);
        }
        System.err.printf(
                Locale.ROOT,
                "%s %-40s %,12.0f events/s, cores %.2f%n",
                counts ? "round " : "warm  ",
                name,
                Answers.rate(answer),
                Answers.cores(answer));
    }

    /** What was synced must have reached a disk. */
    private static void checkDisk(String name, Order answer) {
        long disk = answer.number(Stopwatch.DISK_BYTES, -1);
        long bodies = answer.number(Stopwatch.BYTES);
        if (disk < bodies) {
            throw new IllegalStateException(name + ": the disk was given "
                    + (disk < 0 ? "nothing, there is none" : disk + " bytes") + " (expected: >= " + bodies + ")");
        }
    }

    /** What was answered, by contestant. */
    Answers answers() {
        return answers;
    }

    /** Heap allocated by all threads for each batch. */
    static double allocatedPerBatch(Order answer) {
        return (double) answer.number(Allocation.ALLOCATED_BYTES) / answer.number("batches");
    }

    /** A line for each contestant. */
    String table(String batch) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-40s %-42s %7s %6s %6s %s%n",
                "",
                "events/s, median (spread)",
                "MB/s",
                "cores",
                "disk",
                "bytes allocated a " + batch));
        for (String name : answers.peers()) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-40s %-42s %7.0f %6.2f %6.2f %s%n",
                    name,
                    answers.rates(name).text("%,.0f"),
                    answers.series(name, Answers::megabytes).median(),
                    answers.series(name, Answers::cores).median(),
                    answers.series(name, Answers::diskBytes).median(),
                    answers.series(name, ChannelContest::allocatedPerBatch).text("%,.0f")));
        }
        return table.toString();
    }

    /** Tells what each contestant did in each round. */
    void tell(RigJson json, String batch) {
        long rounds = options.number("rounds");
        for (int round = 0; round < rounds; round++) {
            for (String name : answers.peers()) {
                json.line(Contestant.json(name, null, batch, answers.round(name, round)));
            }
        }
    }

    /** Ratios and verdicts. */
    void print(Map<String, Series> ratios, List<Verdict> verdicts) {
        ratios.forEach((what, ratio) -> System.out.printf(Locale.ROOT, "%-60s %s%n", what, ratio.text("%.2f")));
        verdicts.forEach(verdict -> System.out.println(verdict.line()));
    }

    @Override
    public void close() {
        Rig.closeAll(processes, PeerProcess::close);
    }
}

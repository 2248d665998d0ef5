package io.headrace.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** What peers answered, round by round. Owned by one thread. */
final class Answers {
    private static final double NANOS = 1e9;
    private static final double MILLION = 1e6;

    private final Map<String, List<Order>> answers = new LinkedHashMap<>();

    void add(String peer, Order answer) {
        answers.computeIfAbsent(peer, name -> new ArrayList<>()).add(answer);
    }

    /** Each round of a peer. */
    void forEach(String peer, Consumer<Order> action) {
        answers.get(peer).forEach(action);
    }

    Set<String> peers() {
        return answers.keySet();
    }

    boolean has(String peer) {
        return answers.containsKey(peer);
    }

    /** What a peer answered in a round, from 0 on. */
    Order round(String peer, int round) {
        return answers.get(peer).get(round);
    }

    /** One figure of all rounds of a peer. */
    Series series(String peer, ToDoubleFunction<Order> figure) {
        return new Series(answers.get(peer).stream().mapToDouble(figure).toArray());
    }

    Series rates(String peer) {
        return series(peer, Answers::rate);
    }

    /** Events a second. */
    static double rate(Order answer) {
        return answer.number(Stopwatch.EVENTS) / seconds(answer);
    }

    static double seconds(Order answer) {
        return answer.number(Stopwatch.NANOS) / NANOS;
    }

    /** Bytes of bodies a second, in millions. */
    static double megabytes(Order answer) {
        return answer.number(Stopwatch.BYTES) / MILLION / seconds(answer);
    }

    /** Cores that the process kept busy. */
    static double cores(Order answer) {
        return (double) answer.number(Stopwatch.CPU_NANOS) / answer.number(Stopwatch.NANOS);
    }

    /** Share of the time, in percent, that one thread spent in what a figure counts. */
    static double share(Order answer, String nanos) {
        return 100.0 * answer.number(nanos, 0) / answer.number(Stopwatch.NANOS);
    }

    /** Bytes that the disk was given for each byte of a body. */
    static double diskBytes(Order answer) {
        return (double) answer.number(Stopwatch.DISK_BYTES, 0) / answer.number(Stopwatch.BYTES);
    }

    /** A line for each peer. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-28s %-40s %7s %6s %6s %6s %6s%n",
                "peer",
                "events/s, median (spread)",
                "MB/s",
                "cores",
                "write%",
                "sync%",
                "disk"));
        for (String peer : answers.keySet()) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-28s %-40s %7.0f %6.2f %6.0f %6.0f %6.2f%n",
                    peer,
                    rates(peer).text("%,.0f"),
                    series(peer, Answers::megabytes).median(),
                    series(peer, Answers::cores).median(),
                    series(peer, answer -> share(answer, "writeNanos")).median(),
                    series(peer, answer -> share(answer, "syncNanos")).median(),
                    series(peer, Answers::diskBytes).median()));
        }
        return table.append("write%, sync%: share of the time that the thread which writes spends in either;"
                        + " disk: bytes that the disk was given for each byte of a body\n")
                .toString();
    }
}

package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Suites and results to test with. */
public final class Samples {
    private Samples() {}

    /** A contestant with a command. */
    public static Contestant contestant(String name, boolean ours, String... command) {
        return new Contestant(
                name, ours, null, null, null, command.length == 0 ? List.of("true") : List.of(command), null);
    }

    /** A suite whose contestants have commands. */
    public static Suite suite(String name, Axis axis, List<String> notes, Contestant... contestants) {
        return new Suite(
                name,
                null,
                "Title of " + name,
                "What is asked?",
                "events/s",
                null,
                axis,
                null,
                null,
                null,
                null,
                List.of(contestants),
                null,
                null,
                null,
                notes);
    }

    /** An answer with a rate. */
    public static Answer rate(double rate) {
        return new Answer(
                null,
                null,
                null,
                "events/s",
                rate,
                null,
                null,
                1000L,
                2.0,
                3.0,
                16.0,
                "frame",
                List.of("1,000 events"),
                null);
    }

    /** An answer with percentiles. */
    public static Answer latency(double p50, double p99, double p999) {
        return new Answer(
                null,
                null,
                null,
                "ms",
                null,
                null,
                Map.of("99.9", p999, "50", p50, "99", p99, "100", 10 * p999),
                null,
                null,
                null,
                null,
                null,
                List.of("each frame"),
                null);
    }

    /** A run that gave an answer. */
    public static Run run(String suite, String contestant, Double value, int round, Answer answer) {
        return new Run(suite, contestant, value, round, 1.0, answer, null, false);
    }

    /** Results of one suite. */
    public static Results results(Mode mode, boolean complete, Suite suite, List<Run> runs) {
        return new Results(
                Results.VERSION,
                "2026-11-21T10:00:00Z",
                "2026-11-21T10:05:00Z",
                mode,
                complete,
                complete ? null : "stopped",
                "abc1234",
                Map.of("kernel", "Linux 6.18"),
                List.of(suite),
                new ArrayList<>(runs));
    }
}

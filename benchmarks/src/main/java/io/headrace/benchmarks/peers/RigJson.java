package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.suites.Answer;
import io.headrace.benchmarks.suites.Json;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints what peers answered as objects for {@code benchmarks/run}, see {@code SUITES.md}, when the option {@code json} says
 * so. Then everything else that a rig prints goes to standard error. Owned by one thread.
 */
final class RigJson {
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final boolean wanted;

    /** To be made before anything is printed. */
    RigJson(Order options) {
        wanted = options.text("json").equals("yes");
        out = System.out;
        if (wanted) {
            System.setOut(System.err);
        }
    }

    /**
     * One peer's round.
     *
     * @param otherCpuNanos of other processes than the one that answered
     */
    void rate(
            String contestant,
            Order answer,
            String unit,
            double rate,
            long otherCpuNanos,
            List<String> verified,
            Map<String, Double> figures) {
        Map<String, Double> told = new LinkedHashMap<>(figures);
        if (answer.number(Stopwatch.DISK_BYTES, 0) > 0) {
            told.put("disk bytes a byte of a body", Answers.diskBytes(answer));
        }
        print(new Answer(
                null,
                contestant,
                null,
                unit,
                rate,
                null,
                null,
                answer.number(Stopwatch.EVENTS),
                Answers.seconds(answer),
                (answer.number(Stopwatch.CPU_NANOS) + otherCpuNanos) / NANOS,
                null,
                null,
                verified,
                told));
    }

    /** Percentiles of all slices of a peer. */
    void latencies(String contestant, Latencies latencies, String name, List<String> verified) {
        print(new Answer(
                null,
                contestant,
                null,
                "ms",
                null,
                null,
                latencies.percentiles(name),
                latencies.count(name),
                latencies.seconds(name),
                latencies.cpuSeconds(name),
                null,
                null,
                verified,
                null));
    }

    private void print(Answer answer) {
        if (wanted) {
            line(Json.line(answer));
        }
    }

    /** An object that is written already. */
    void line(String object) {
        if (wanted) {
            out.println(object);
            out.flush();
        }
    }
}

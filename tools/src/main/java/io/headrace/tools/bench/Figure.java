package io.headrace.tools.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One figure in all rounds.
 *
 * @param kind which
 * @param rounds its value in each round
 */
public record Figure(Kind kind, List<Double> rounds) {
    /** The figures that there are; their names are those of the JSON. */
    public enum Kind {
        EVENTS("eventsPerSecond", "events a second", true, WorkloadResult::eventsPerSecond),
        MEGABYTES("megabytesPerSecond", "MB a second", true, WorkloadResult::megabytesPerSecond),
        CPU("cpuSecondsPerMillion", "CPU s a million events", false, WorkloadResult::cpuSecondsPerMillion),
        P50("p50Micros", "latency p50, ms", false, result -> result.latencyMicros(50)),
        P90("p90Micros", "latency p90, ms", false, result -> result.latencyMicros(90)),
        P99("p99Micros", "latency p99, ms", false, result -> result.latencyMicros(99)),
        P999("p999Micros", "latency p99.9, ms", false, result -> result.latencyMicros(99.9)),
        MAX("maxMicros", "latency max, ms", false, result -> result.latencyMicros(100));

        private final String key;
        private final String label;
        private final boolean higherIsBetter;
        private final ToDoubleFunction<WorkloadResult> of;

        Kind(String key, String label, boolean higherIsBetter, ToDoubleFunction<WorkloadResult> of) {
            this.key = key;
            this.label = label;
            this.higherIsBetter = higherIsBetter;
            this.of = of;
        }

        /** Its name in JSON. */
        public String key() {
            return key;
        }

        /** Its name in a table. */
        public String label() {
            return label;
        }

        public boolean higherIsBetter() {
            return higherIsBetter;
        }

        boolean isLatency() {
            return key.endsWith("Micros");
        }
    }

    public Figure {
        rounds = List.copyOf(rounds);
    }

    /** One figure of some rounds. */
    public static Figure of(Kind kind, List<WorkloadResult> rounds) {
        return new Figure(
                kind, rounds.stream().map(round -> kind.of.applyAsDouble(round)).toList());
    }

    /** All figures of some rounds. */
    public static List<Figure> allOf(List<WorkloadResult> rounds) {
        return Arrays.stream(Kind.values()).map(kind -> of(kind, rounds)).toList();
    }

    /** The middle one, or the mean of the two in the middle; NaN without rounds. */
    public double median() {
        double[] sorted = sorted();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public double lowest() {
        return rounds.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    public double highest() {
        return rounds.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** Variance of its mean: of the rounds by how many they are. NaN with fewer than two. */
    double varianceOfMean() {
        int count = rounds.size();
        if (count < 2) {
            return Double.NaN;
        }
        double mean = rounds.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = rounds.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return squares / (count - 1) / count;
    }

    private double[] sorted() {
        return rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
}

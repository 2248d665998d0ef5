package io.headrace.tools.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a run's figures differ from those of an earlier one. The change is that of the medians; the noise is half the width
 * of the 95 % confidence interval of a difference of two means (Welch), from how the rounds of each run differ. What lies
 * within it may come back the other way round in the next run.
 *
 * @param rows one for each figure that both have
 * @param differences settings and machine where they are not the same: {@code batch: 100, now 1000}
 */
public record Comparison(List<Row> rows, List<String> differences) {
    /** What a change is worth. */
    public enum Verdict {
        BETTER,
        WORSE,
        /** Not more than the noise. */
        NOISE,
        /** One of the runs has fewer than two rounds. */
        UNKNOWN
    }

    /**
     * One figure.
     *
     * @param changePercent of the medians
     * @param noisePercent NaN where it is not known
     */
    public record Row(
            Figure.Kind kind, double before, double now, double changePercent, double noisePercent, Verdict verdict) {}

    /** 97.5 % quantiles of Student's distribution by degrees of freedom, from 1 on; 1.96 beyond. */
    private static final double[] T = {
        12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10,
        2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04
    };

    private static final double T_BEYOND = 1.96;

    public Comparison {
        rows = List.copyOf(rows);
        differences = List.copyOf(differences);
    }

    /** Compares what both have. */
    public static Comparison of(Map<String, Figure> before, Map<String, String> settingsBefore, BenchReport now) {
        List<Row> rows = new ArrayList<>();
        for (Figure figure : now.figures()) {
            Figure earlier = before.get(figure.kind().key());
            if (earlier != null
                    && !earlier.rounds().isEmpty()
                    && !figure.rounds().isEmpty()) {
                rows.add(row(earlier, figure));
            }
        }
        return new Comparison(rows, differences(settingsBefore, now.conditions()));
    }

    static Row row(Figure before, Figure now) {
        double from = before.median();
        double to = now.median();
        double change = from == 0 ? (to == 0 ? 0 : Double.NaN) : (to - from) / from * 100;
        double varianceBefore = before.varianceOfMean();
        double varianceNow = now.varianceOfMean();
        double noise = from == 0
                ? Double.NaN
                : quantile(before, varianceBefore, now, varianceNow)
                        * Math.sqrt(varianceBefore + varianceNow)
                        / Math.abs(from)
                        * 100;
        return new Row(now.kind(), from, to, change, noise, verdict(now.kind(), change, noise));
    }

    private static double quantile(Figure before, double varianceBefore, Figure now, double varianceNow) {
        double sum = varianceBefore + varianceNow;
        if (Double.isNaN(sum)) {
            return Double.NaN;
        }
        double degrees = sum == 0
                ? T.length
                : sum
                        * sum
                        / (varianceBefore * varianceBefore / (before.rounds().size() - 1)
                                + varianceNow * varianceNow / (now.rounds().size() - 1));
        int whole = (int) Math.max(1, Math.floor(degrees));
        return whole <= T.length ? T[whole - 1] : T_BEYOND;
    }

    private static Verdict verdict(Figure.Kind kind, double change, double noise) {
        if (Double.isNaN(change) || Double.isNaN(noise)) {
            return Verdict.UNKNOWN;
        }
        if (Math.abs(change) <= noise) {
            return Verdict.NOISE;
        }
        return change > 0 == kind.higherIsBetter() ? Verdict.BETTER : Verdict.WORSE;
    }

    private static List<String> differences(Map<String, String> before, Map<String, String> now) {
        List<String> differences = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        Map<String, String> earlier = new TreeMap<>(before);
        for (String name : names) {
            String was = earlier.getOrDefault(name, "none");
            String is = now.getOrDefault(name, "none");
            if (!was.equals(is)) {
                differences.add(name + ": " + was + ", now " + is);
            }
        }
        return differences;
    }
}

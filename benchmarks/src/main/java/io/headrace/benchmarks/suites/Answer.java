package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a contestant said of one run; see {@code SUITES.md} for its fields and units. Immutable. A field that is absent is
 * null.
 */
public record Answer(
        String suite,
        String contestant,
        Map<String, Double> axis,
        String unit,
        Double rate,
        Double time,
        Map<String, Double> latencyMillis,
        Long events,
        Double seconds,
        Double cpuSeconds,
        Double allocatedBytes,
        String allocatedPer,
        List<String> verified,
        Map<String, Double> figures) {
    private static final double HUNDRED = 100;

    /** Refuses what is no figure, or was not verified. */
    public Answer {
        Texts.need("unit", unit);
        axis = axis == null ? Map.of() : Map.copyOf(axis);
        latencyMillis = latencyMillis == null ? Map.of() : sorted(latencyMillis);
        figures = figures == null ? Map.of() : new LinkedHashMap<>(figures);
        verified = verified == null ? List.of() : List.copyOf(verified);
        if (verified.isEmpty()) {
            throw new IllegalArgumentException("verified: nothing (expected: what was compared)");
        }
        if (rate != null && time != null || rate == null && time == null && latencyMillis.isEmpty()) {
            throw new IllegalArgumentException(
                    "rate: " + rate + ", time: " + time + " (expected: one of them, or latencyMillis)");
        }
        positive("rate", rate);
        positive("time", time);
        positive("seconds", seconds);
        positive("events", events == null ? null : (double) events);
        notNegative("cpuSeconds", cpuSeconds);
        notNegative("allocatedBytes", allocatedBytes);
        latencyMillis.forEach((percentile, millis) -> notNegative("latencyMillis " + percentile, millis));
        figures.forEach(Answer::finite);
        if (allocatedBytes != null && allocatedPer == null) {
            throw new IllegalArgumentException("allocatedPer: nothing (expected: event, frame or line)");
        }
    }

    private static Map<String, Double> sorted(Map<String, Double> percentiles) {
        Map<String, Double> sorted = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(percentiles.keySet());
        names.forEach(Answer::checkPercentile);
        names.sort(Comparator.comparingDouble(Double::parseDouble));
        names.forEach(name -> sorted.put(name, percentiles.get(name)));
        return sorted;
    }

    private static void checkPercentile(String name) {
        double value = Double.parseDouble(name);
        if (!(value >= 0 && value <= HUNDRED)) {
            throw new IllegalArgumentException("latencyMillis: " + name + " (expected: 0 to 100)");
        }
    }

    private static void positive(String name, Double value) {
        if (value != null && !(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }

    private static void notNegative(String name, Double value) {
        if (value != null && !(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
        }
    }

    private static void finite(String name, Double value) {
        if (value == null || !Double.isFinite(value)) {
            throw new IllegalArgumentException("figures: " + name + ": " + value + " (expected: a number)");
        }
    }

    /** Cores that were busy, or null. */
    public Double cores() {
        return cpuSeconds == null || seconds == null ? null : cpuSeconds / seconds;
    }

    /** Processor seconds for a million events, or null. */
    public Double cpuSecondsPerMillion() {
        return cpuSeconds == null || events == null ? null : cpuSeconds * 1e6 / events;
    }
}

package io.headrace.benchmarks.suites;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One fork of a JMH benchmark as a contestant: its command, and its answer out of JMH's own JSON. */
final class JmhRun {
    private static final List<String> FULL = List.of("-wi", "5", "-w", "1s", "-i", "5", "-r", "1s");
    private static final List<String> QUICK = List.of("-wi", "1", "-w", "500ms", "-i", "1", "-r", "500ms");
    /** JMH's lock in the folder for temporary files would fail a suite because of somebody else's JMH. */
    private static final String IGNORE_LOCK = "-Djmh.ignoreLock=true";

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final Map<String, Double> MILLIS = Map.of("s/op", 1e3, "ms/op", 1.0, "us/op", 1e-3, "ns/op", 1e-6);

    private JmhRun() {}

    static List<String> command(Jmh jmh, Mode mode, Words words, Path result) {
        List<String> command = new ArrayList<>(
                words.expand(List.of("${java}", "${flags}", IGNORE_LOCK, "-cp", "${classes}", "org.openjdk.jmh.Main")));
        command.addAll(List.of("-foe", "true", "-f", "1", "-prof", "gc", "-rf", "json", "-rff", result.toString()));
        List<String> usual = mode == Mode.FULL ? FULL : QUICK;
        for (int i = 0; i < usual.size(); i += 2) {
            if (!jmh.options().contains(usual.get(i))) {
                command.addAll(usual.subList(i, i + 2));
            }
        }
        command.addAll(List.of("-jvmArgsAppend", "-Dheadrace.benchmarks.folder=" + result.getParent()));
        new TreeMap<>(jmh.params())
                .forEach((name, value) -> command.addAll(List.of("-p", name + "=" + words.expand(value))));
        command.addAll(words.expand(jmh.options()));
        command.add("\\." + jmh.include().replace(".", "\\.") + "$");
        return command;
    }

    /**
     * @throws IllegalArgumentException when JMH's file has not exactly one benchmark, or a figure that is none
     */
    static Answer answer(Jmh jmh, String unit, String json) {
        JsonNode all = Json.tree(json);
        if (all.size() != 1) {
            throw new IllegalArgumentException(
                    "benchmarks: " + all.size() + " (expected: one; include and params must leave one)");
        }
        JsonNode result = all.get(0);
        JsonNode primary = result.path("primaryMetric");
        double score = primary.path("score").asDouble(Double.NaN);
        String scoreUnit = primary.path("scoreUnit").asText();
        Double millis = MILLIS.get(scoreUnit);
        boolean rate = scoreUnit.equals("ops/s");
        if (!rate && (millis == null || !unit.equals("ms"))) {
            throw new IllegalArgumentException("unit: " + scoreUnit + " for " + unit
                    + " (expected: ops/s, or a time an operation for a suite in ms)");
        }
        double allocated =
                result.path("secondaryMetrics").path(ALLOCATED).path("score").asDouble(Double.NaN);
        return new Answer(
                null,
                null,
                null,
                unit,
                rate ? score : null,
                rate ? null : score * millis,
                null,
                null,
                null,
                null,
                Double.isFinite(allocated) ? Math.max(0, allocated) : null,
                jmh.allocatedPer(),
                List.of("the checks of " + jmh.include().replaceFirst("\\..*", "") + " at the end of its iterations"),
                null);
    }
}

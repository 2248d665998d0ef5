package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a command of {@code benchmarks/run} measured; the content of {@code results/STAMP.json}. Immutable.
 *
 * @param started and {@code ended}: ISO-8601, UTC
 * @param complete false while it runs, and where it was stopped or its time was over
 * @param reason why it isn't complete, or null
 * @param sources the commit, with what is changed since, or null
 */
public record Results(
        int version,
        String started,
        String ended,
        Mode mode,
        boolean complete,
        String reason,
        String sources,
        Map<String, String> machine,
        List<Suite> suites,
        List<Run> runs) {
    /** Of the files that this version writes and reads. */
    public static final int VERSION = 1;

    /** Fills what may be left out. */
    public Results {
        if (version != VERSION) {
            throw new IllegalArgumentException("version: " + version + " (expected: " + VERSION + ")");
        }
        machine = machine == null ? Map.of() : new LinkedHashMap<>(machine);
        suites = suites == null ? List.of() : List.copyOf(suites);
        runs = runs == null ? List.of() : List.copyOf(runs);
    }

    /** Those of several commands in one: a suite that stands in two is taken from the later one. */
    public static Results merge(List<Results> all) {
        Results merged = all.get(0);
        for (Results next : all.subList(1, all.size())) {
            merged = merged.with(next);
        }
        return merged;
    }

    private Results with(Results next) {
        Set<String> again = new LinkedHashSet<>();
        next.suites.forEach(suite -> again.add(suite.name()));
        List<Suite> bothSuites = new ArrayList<>(
                suites.stream().filter(suite -> !again.contains(suite.name())).toList());
        bothSuites.addAll(next.suites);
        bothSuites.sort(Comparator.comparing(Suite::order).thenComparing(Suite::name));
        List<Run> bothRuns = new ArrayList<>(
                runs.stream().filter(run -> !again.contains(run.suite())).toList());
        bothRuns.addAll(next.runs);
        Map<String, String> machines = new LinkedHashMap<>(machine);
        next.machine.forEach((name, value) -> machines.merge(name, value, Results::both));
        return new Results(
                VERSION,
                started.compareTo(next.started) < 0 ? started : next.started,
                ended.compareTo(next.ended) > 0 ? ended : next.ended,
                mode == Mode.QUICK ? mode : next.mode,
                complete && next.complete,
                reason == null ? next.reason : reason,
                both(sources, next.sources),
                machines,
                bothSuites,
                bothRuns);
    }

    private static String both(String a, String b) {
        return a == null || a.equals(b) ? b : b == null || a.endsWith("; " + b) ? a : a + "; " + b;
    }
}

package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One question and who answers it; the content of {@code suites/NAME.json}, see {@code SUITES.md}. Immutable.
 *
 * @param command of the whole suite, or empty where contestants have their own
 * @param order of suites where all are run: smaller ones first, and by name
 * @param processors that the machine has at least, or it is left out
 * @param ratios pairs of contestants' names; empty is each of ours to each that is not
 */
public record Suite(
        String name,
        Integer order,
        String title,
        String question,
        String unit,
        Plot plot,
        Axis axis,
        Map<String, ByMode> settings,
        ByMode rounds,
        Integer limitSeconds,
        Integer processors,
        List<Contestant> contestants,
        List<String> command,
        List<String> needs,
        List<List<String>> ratios,
        List<String> notes) {
    private static final int LIMIT_SECONDS = 120;
    private static final int LAST = 100;

    /** Fills what may be left out, and checks what refers to other parts. */
    public Suite {
        Texts.need("name", name);
        order = order == null ? LAST : order;
        Texts.need("title", title);
        Texts.need("question", question);
        Texts.need("unit", unit);
        plot = plot != null ? plot : axis != null ? Plot.SCALING : Plot.BARS;
        settings = settings == null ? Map.of() : Map.copyOf(settings);
        limitSeconds = limitSeconds == null ? LIMIT_SECONDS : limitSeconds;
        processors = processors == null ? 1 : processors;
        contestants = contestants == null ? List.of() : List.copyOf(contestants);
        command = command == null ? List.of() : List.copyOf(command);
        needs = needs == null ? List.of() : List.copyOf(needs);
        notes = notes == null ? List.of() : List.copyOf(notes);
        checkContestants(contestants, !command.isEmpty());
        ratios = ratios == null || ratios.isEmpty() ? oursToOthers(contestants) : List.copyOf(ratios);
        checkRatios(ratios, contestants);
        if (plot == Plot.SCALING && axis == null) {
            throw new IllegalArgumentException("plot: scaling (expected: with an axis)");
        }
    }

    private static void checkContestants(List<Contestant> contestants, boolean together) {
        Set<String> names = new LinkedHashSet<>();
        for (Contestant each : contestants) {
            if (!names.add(each.name())) {
                throw new IllegalArgumentException("contestant: " + each.name() + " (expected: once)");
            }
            if (each.runsItself() == together) {
                throw new IllegalArgumentException("contestant " + each.name() + ": "
                        + (together
                                ? "a command (expected: none, the suite has one)"
                                : "neither command nor jmh (expected: one, the suite has no command)"));
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("contestants: none (expected: at least one)");
        }
    }

    private static List<List<String>> oursToOthers(List<Contestant> contestants) {
        List<List<String>> pairs = new ArrayList<>();
        for (Contestant ours : contestants) {
            for (Contestant other : contestants) {
                if (ours.ours() && !other.ours()) {
                    pairs.add(List.of(ours.name(), other.name()));
                }
            }
        }
        return pairs;
    }

    private static void checkRatios(List<List<String>> ratios, List<Contestant> contestants) {
        List<String> names = contestants.stream().map(Contestant::name).toList();
        for (List<String> pair : ratios) {
            if (pair.size() != 2 || !names.containsAll(pair)) {
                throw new IllegalArgumentException("ratios: " + pair + " (expected: two of " + names + ")");
            }
        }
    }

    /** The contestant of that name, or null. */
    public Contestant contestant(String wanted) {
        for (Contestant each : contestants) {
            if (each.name().equals(wanted)) {
                return each;
            }
        }
        return null;
    }

    int rounds(Mode mode) {
        return rounds == null ? mode.rounds() : Integer.parseInt(rounds.of(mode));
    }

    /** Peers whose class paths it takes. */
    Set<String> peers(Mode mode) {
        Set<String> peers = new LinkedHashSet<>(needs);
        contestants.stream().filter(each -> each.in(mode)).forEach(each -> peers.addAll(each.needs()));
        return peers;
    }

    /** Settings by name, for a mode. */
    Map<String, String> settings(Mode mode) {
        Map<String, String> values = new LinkedHashMap<>();
        settings.forEach((setting, value) -> values.put(setting, value.of(mode)));
        return values;
    }
}

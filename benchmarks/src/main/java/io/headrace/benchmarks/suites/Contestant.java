package io.headrace.benchmarks.suites;

import java.util.List;

/**
 * Who takes part in a suite. Immutable.
 *
 * @param ours whether it is Headrace's own
 * @param text what the report says about it
 * @param needs peers whose class path its command takes
 * @param only {@code full} where a quick run leaves it out
 * @param command words, or null
 * @param jmh a benchmark in place of a command, or null
 */
public record Contestant(
        String name, boolean ours, String text, List<String> needs, String only, List<String> command, Jmh jmh) {
    /** Fills what may be left out. */
    public Contestant {
        Texts.need("contestant: name", name);
        needs = needs == null ? List.of() : List.copyOf(needs);
        command = command == null ? List.of() : List.copyOf(command);
        if (only != null && !only.equals("full")) {
            throw new IllegalArgumentException(name + ": only: " + only + " (expected: full)");
        }
        if (jmh != null && !command.isEmpty()) {
            throw new IllegalArgumentException(name + ": command and jmh (expected: one of them)");
        }
    }

    boolean in(Mode mode) {
        return only == null || mode == Mode.FULL;
    }

    boolean runsItself() {
        return jmh != null || !command.isEmpty();
    }
}

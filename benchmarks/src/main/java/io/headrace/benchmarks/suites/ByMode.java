package io.headrace.benchmarks.suites;

/** A value of a full and one of a quick run. Immutable. */
public record ByMode(String full, String quick) {
    /** Both must be there. */
    public ByMode {
        if (full == null || quick == null) {
            throw new IllegalArgumentException("full: " + full + ", quick: " + quick + " (expected: both)");
        }
    }

    String of(Mode mode) {
        return mode == Mode.FULL ? full : quick;
    }
}

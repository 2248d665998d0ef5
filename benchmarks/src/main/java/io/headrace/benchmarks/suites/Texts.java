package io.headrace.benchmarks.suites;

/** Texts that must be there, and numbers as words of a command. */
final class Texts {
    private Texts() {}

    static String need(String name, String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + ": nothing (expected: a text)");
        }
        return value;
    }

    /** A whole number without a point. */
    static String word(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}

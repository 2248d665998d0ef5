package io.headrace.benchmarks.suites;

/**
 * What is to be started: a contestant at a value of the axis, or a suite's own command.
 *
 * @param contestant null where the suite has a command
 * @param value of the axis, or null
 */
record Task(Suite suite, Contestant contestant, Double value, int round) {
    /** The contestant's name, or that of the suite. */
    String name() {
        return contestant == null ? suite.name() : contestant.name();
    }

    String what() {
        return suite.name() + ": " + name()
                + (value == null ? "" : ", " + suite.axis().name() + " " + Texts.word(value)) + ", round " + round;
    }
}

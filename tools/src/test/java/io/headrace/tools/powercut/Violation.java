package io.headrace.tools.powercut;

/** Something happened that Headrace promises will not. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    Violation(String what) {
        super(what);
    }
}

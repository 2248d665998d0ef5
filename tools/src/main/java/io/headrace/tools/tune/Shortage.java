package io.headrace.tools.tune;

import java.time.Duration;

/**
 * What the time did not suffice for.
 *
 * @param untried by the search
 * @param undecided whether the pairs of the comparison contradict each other, and there were fewer than there may be
 * @param budget that is enough for all of it, as trials took here; null where the longest one is not
 */
record Shortage(Untried untried, boolean undecided, Duration budget) {
    /** Whether it leaves open that something is better, when nothing better was found. */
    boolean isTooShortToTell() {
        return undecided || untried.isOfTheBeginning();
    }
}

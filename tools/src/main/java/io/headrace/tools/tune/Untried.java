package io.headrace.tools.tune;

/**
 * What a search had no time for.
 *
 * @param candidates to begin with that were never measured, of {@code ofCandidates}
 * @param rounds among them that were not ended, of {@code ofRounds}: in each the better half goes on
 * @param values beside those of the best that it was not compared with, of {@code ofValues}
 * @param measurements that all of it would take, at most, unless the best changes
 */
record Untried(int candidates, int ofCandidates, int rounds, int ofRounds, int values, int ofValues, int measurements) {
    boolean isNone() {
        return candidates == 0 && rounds == 0 && values == 0;
    }

    /** Whether the best of those to begin with is not known. */
    boolean isOfTheBeginning() {
        return candidates > 0 || rounds > 0;
    }
}

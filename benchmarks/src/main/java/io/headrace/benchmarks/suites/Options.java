package io.headrace.benchmarks.suites;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run is to do. Immutable.
 *
 * @param directory {@code benchmarks}
 * @param rounds of all suites, or 0 for their own
 * @param budgetSeconds after which nothing more is started, or 0 for none
 * @param words what commands are told, without folder, axis and settings
 * @param sources the commit, or null
 */
record Options(
        Path directory, List<Suite> suites, Mode mode, int rounds, double budgetSeconds, Words words, String sources) {}

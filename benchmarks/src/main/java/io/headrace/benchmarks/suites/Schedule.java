package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.List;

/**
 * The order of runs: in each round all contestants of a suite, one after the other at each value of the axis, and in the
 * next round another one first. A full run finishes one suite after the other, so that what is compared is near in time;
 * a quick one goes round by round over all suites, so that each has figures when the time is over.
 */
final class Schedule {
    private Schedule() {}

    /**
     * @param rounds of all suites, or 0 for their own
     */
    static List<Task> of(List<Suite> suites, Mode mode, int rounds) {
        List<Task> tasks = new ArrayList<>();
        if (mode == Mode.FULL) {
            for (Suite suite : suites) {
                int count = rounds == 0 ? suite.rounds(mode) : rounds;
                for (int round = 1; round <= count; round++) {
                    addRound(tasks, suite, mode, round);
                }
            }
            return tasks;
        }
        boolean added = true;
        for (int round = 1; added; round++) {
            added = false;
            for (Suite suite : suites) {
                if (round <= (rounds == 0 ? suite.rounds(mode) : rounds)) {
                    addRound(tasks, suite, mode, round);
                    added = true;
                }
            }
        }
        return tasks;
    }

    private static void addRound(List<Task> tasks, Suite suite, Mode mode, int round) {
        if (!suite.command().isEmpty()) {
            tasks.add(new Task(suite, null, null, round));
            return;
        }
        List<Contestant> starters =
                suite.contestants().stream().filter(each -> each.in(mode)).toList();
        List<Double> values = suite.axis() == null
                ? java.util.Collections.singletonList(null)
                : suite.axis().values(mode);
        for (Double value : values) {
            for (int i = 0; i < starters.size(); i++) {
                tasks.add(new Task(suite, starters.get((i + round - 1) % starters.size()), value, round));
            }
        }
    }
}

package io.headrace.benchmarks.suites;

/**
 * One run of one contestant, at one value of the axis, in one round. Immutable.
 *
 * @param value of the axis, or null
 * @param took seconds of the whole process, or null where it was not started
 * @param answer what it said, or null
 * @param failure why there is no answer, or null
 * @param skipped whether it was not even started
 */
public record Run(
        String suite,
        String contestant,
        Double value,
        int round,
        Double took,
        Answer answer,
        String failure,
        boolean skipped) {
    static Run done(Task task, String contestant, Double value, double took, Answer answer) {
        return new Run(task.suite().name(), contestant, value, task.round(), took, answer, null, false);
    }

    static Run failed(Task task, String contestant, double took, String failure) {
        return new Run(task.suite().name(), contestant, task.value(), task.round(), took, null, failure, false);
    }

    static Run skipped(Task task, String why) {
        return new Run(task.suite().name(), task.name(), task.value(), task.round(), null, null, why, true);
    }
}

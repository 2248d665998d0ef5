package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a command printed, compared with what it was asked for. */
final class Answers {
    private Answers() {}

    /**
     * @throws IllegalArgumentException when the output is not one object, or for a suite's own command at least one, or says
     *     something else than what was asked for
     */
    static List<Run> of(Task task, String output, double took) {
        List<String> objects =
                output.lines().filter(line -> line.startsWith("{")).toList();
        if (objects.isEmpty() || task.contestant() != null && objects.size() > 1) {
            throw new IllegalArgumentException("objects: " + objects.size() + " (expected: "
                    + (task.contestant() == null ? "at least " : "") + "one line that begins with {)");
        }
        List<Run> runs = new ArrayList<>();
        for (String object : objects) {
            Answer answer = Json.parse(object, Answer.class);
            Run run = Run.done(task, contestant(task, answer), value(task, answer), took, answer);
            if (runs.stream()
                    .anyMatch(each ->
                            each.contestant().equals(run.contestant()) && Objects.equals(each.value(), run.value()))) {
                throw new IllegalArgumentException("contestant: " + run.contestant() + " (expected: once a round)");
            }
            runs.add(run);
        }
        return runs;
    }

    private static String contestant(Task task, Answer answer) {
        Suite suite = task.suite();
        expect("suite", answer.suite(), suite.name());
        if (Measurements.figure(answer) != null) {
            expect("unit", answer.unit(), suite.unit());
        }
        if (answer.rate() != null && answer.events() == null) {
            throw new IllegalArgumentException("events: nothing (expected: how many, beside a rate)");
        }
        if (task.contestant() != null) {
            expect("contestant", answer.contestant(), task.name());
            return task.name();
        }
        if (answer.contestant() == null || suite.contestant(answer.contestant()) == null) {
            throw new IllegalArgumentException("contestant: " + answer.contestant() + " (expected: of "
                    + suite.contestants().stream().map(Contestant::name).toList() + ")");
        }
        return answer.contestant();
    }

    private static Double value(Task task, Answer answer) {
        Axis axis = task.suite().axis();
        if (axis == null) {
            if (!answer.axis().isEmpty()) {
                throw new IllegalArgumentException("axis: " + answer.axis() + " (expected: none)");
            }
            return null;
        }
        Double value = answer.axis().get(axis.name());
        if (value == null || task.value() != null && !value.equals(task.value())) {
            throw new IllegalArgumentException("axis: " + answer.axis() + " (expected: " + axis.name()
                    + (task.value() == null ? "" : " " + Texts.word(task.value())) + ")");
        }
        return value;
    }

    private static void expect(String field, String found, String expected) {
        if (found != null && !found.equals(expected)) {
            throw new IllegalArgumentException(field + ": " + found + " (expected: " + expected + ")");
        }
    }
}

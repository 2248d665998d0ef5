package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Axis AXIS = new Axis("n", "n", null, List.of(1.0, 2.0, 4.0), List.of(2.0), null);

    private static Suite suite(String name, Axis axis) {
        Contestant late = new Contestant("c", false, null, null, "full", List.of("true"), null);
        return Samples.suite(
                name, axis, List.of(), Samples.contestant("a", true), Samples.contestant("b", false), late);
    }

    private static List<String> order(Mode mode, int rounds, Suite... suites) {
        return Schedule.of(List.of(suites), mode, rounds).stream()
                .map(task -> task.suite().name()
                        + task.round()
                        + task.name()
                        + (task.value() == null ? "" : Texts.word(task.value())))
                .toList();
    }

    @Test
    void shouldAlternateAndLetAnotherBeginEachRound() {
        assertThat(order(Mode.FULL, 2, suite("x", null))).containsExactly("x1a", "x1b", "x1c", "x2b", "x2c", "x2a");
    }

    @Test
    void shouldFinishASuiteBeforeTheNextInAFullRun() {
        assertThat(order(Mode.FULL, 0, suite("x", null), suite("y", null)).subList(0, 15))
                .allMatch(task -> task.startsWith("x"));
    }

    @Test
    void shouldGoRoundByRoundOverAllSuitesInAQuickRun() {
        assertThat(order(Mode.QUICK, 0, suite("x", null), suite("y", AXIS)))
                .containsExactly("x1a", "x1b", "y1a2", "y1b2", "x2b", "x2a", "y2b2", "y2a2");
    }

    @Test
    void shouldCompareAtEachValue() {
        assertThat(order(Mode.FULL, 1, suite("x", AXIS)))
                .containsExactly("x1a1", "x1b1", "x1c1", "x1a2", "x1b2", "x1c2", "x1a4", "x1b4", "x1c4");
    }
}

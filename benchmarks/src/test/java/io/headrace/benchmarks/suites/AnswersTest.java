package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {
    private static final String GOOD =
            "\"unit\": \"events/s\", \"rate\": 5.5, \"events\": 11, \"verified\": [\"11 events\"]";
    private static final Axis BATCH = new Axis("batch", "events a batch", null, List.of(1.0, 10.0), null, null);

    private static Task task(Axis axis, Double value) {
        Suite suite = Samples.suite("s", axis, List.of(), Samples.contestant("ours", true));
        return new Task(suite, suite.contestants().get(0), value, 1);
    }

    private static Task together() {
        Suite suite = new Suite(
                "s",
                null,
                "t",
                "q",
                "events/s",
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(
                        new Contestant("a", true, null, null, null, null, null),
                        new Contestant("b", false, null, null, null, null, null)),
                List.of("./rig"),
                null,
                null,
                null);
        return new Task(suite, null, null, 1);
    }

    @Test
    void shouldReadTheObjectAndPassOverTheRest() {
        List<Run> runs = Answers.of(task(null, null), "machine 2 x\n{" + GOOD + "}\nbye\n", 3);

        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.contestant()).isEqualTo("ours");
            assertThat(run.answer().rate()).isEqualTo(5.5);
            assertThat(run.answer().verified()).containsExactly("11 events");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | objects: 0",
                "`{%s}\n{%s}` | objects: 2",
                "{\"unit\": \"events/s\", \"rate\": 5, \"events\": 1, \"verified\": []} | verified: nothing",
                "{\"unit\": \"events/s\", \"rate\": 5, \"events\": 1} | verified: nothing",
                "{\"unit\": \"events/s\", \"rate\": 0, \"events\": 1, \"verified\": [\"x\"]} | rate: 0.0 (expected: > 0)",
                "{\"unit\": \"events/s\", \"rate\": \"NaN\", \"events\": 1, \"verified\": [\"x\"]} | rate: NaN",
                "{\"unit\": \"events/s\", \"rate\": 5, \"verified\": [\"x\"]} | events: nothing",
                "{\"unit\": \"events/s\", \"verified\": [\"x\"]} | rate: null, time: null",
                "{\"unit\": \"lines/s\", \"rate\": 5, \"events\": 1, \"verified\": [\"x\"]} | unit: lines/s (expected: events/s)",
                "{%s, \"contestant\": \"other\"} | contestant: other (expected: ours)",
                "{%s, \"suite\": \"other\"} | suite: other (expected: s)",
                "{%s, \"axis\": {\"batch\": 1}} | axis: {batch=1.0} (expected: none)",
                "{%s, \"verifed\": 1} | Unrecognized field \"verifed\"",
                "{%s, \"allocatedBytes\": 3} | allocatedPer: nothing",
                "{%s, \"latencyMillis\": {\"101\": 3}} | latencyMillis: 101 (expected: 0 to 100)"
            })
    void shouldRefuseWhatIsNoVerifiedFigure(String output, String message) {
        assertThatThrownBy(() -> Answers.of(task(null, null), output.replace("%s", GOOD), 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldWantTheValueThatItAskedFor() {
        assertThat(Answers.of(task(BATCH, 10.0), "{" + GOOD + ", \"axis\": {\"batch\": 10}}", 3)
                        .get(0)
                        .value())
                .isEqualTo(10);
        assertThatThrownBy(() -> Answers.of(task(BATCH, 10.0), "{" + GOOD + ", \"axis\": {\"batch\": 1}}", 3))
                .hasMessage("axis: {batch=1.0} (expected: batch 10)");
        assertThatThrownBy(() -> Answers.of(task(BATCH, 10.0), "{" + GOOD + "}", 3))
                .hasMessage("axis: {} (expected: batch 10)");
    }

    @Test
    void shouldTakeSeveralContestantsOfOneCommandOnceEach() {
        String a = "{\"contestant\": \"a\", " + GOOD + "}\n";
        String b = "{\"contestant\": \"b\", " + GOOD + "}\n";

        assertThat(Answers.of(together(), a + b, 3)).extracting(Run::contestant).containsExactly("a", "b");
        assertThatThrownBy(() -> Answers.of(together(), a + a, 3)).hasMessage("contestant: a (expected: once a round)");
        assertThatThrownBy(() -> Answers.of(together(), "{" + GOOD + "}", 3))
                .hasMessage("contestant: null (expected: of [a, b])");
    }

    @Test
    void shouldReadWhatItWrites() {
        Answer answer = Samples.latency(0.2, 1.4, 6);

        assertThat(Json.parse(Json.line(answer), Answer.class)).isEqualTo(answer);
        assertThat(Json.line(answer)).doesNotContain("null");
        assertThat(answer.latencyMillis().keySet()).containsExactly("50", "99", "99.9", "100");
    }
}

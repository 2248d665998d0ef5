package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JmhRunTest {
    private static final Jmh ENCODE =
            new Jmh("FrameBenchmark.encode", Map.of("eventBytes", "${size}"), List.of("-i", "9"), "event");

    private static String json(String score, String unit) {
        return "[{\"primaryMetric\": {\"score\": " + score + ", \"scoreUnit\": \"" + unit
                + "\"}, \"secondaryMetrics\": {\"gc.alloc.rate.norm\": {\"score\": 2.5}}}]";
    }

    @Test
    void shouldRunOneForkOfOneBenchmark() {
        Words words = Words.of(Map.of("java", "j", "classes", "c", "size", "128"), List.of("-XX:+A", "-XX:+B"));

        assertThat(JmhRun.command(ENCODE, Mode.FULL, words, Path.of("/x/jmh.json")))
                .startsWith("j", "-XX:+A", "-XX:+B", "-Djmh.ignoreLock=true", "-cp", "c", "org.openjdk.jmh.Main")
                .containsSubsequence(
                        "-foe", "true", "-f", "1", "-rff", "/x/jmh.json", "-p", "eventBytes=128", "-i", "9")
                .containsOnlyOnce("-i")
                .endsWith("\\.FrameBenchmark\\.encode$");
    }

    @Test
    void shouldTakeRateAndAllocation() {
        Answer answer = JmhRun.answer(ENCODE, "events/s", json("5.5E7", "ops/s"));

        assertThat(answer.rate()).isEqualTo(5.5e7);
        assertThat(answer.allocatedBytes()).isEqualTo(2.5);
        assertThat(answer.allocatedPer()).isEqualTo("event");
        assertThat(answer.verified()).containsExactly("the checks of FrameBenchmark at the end of its iterations");
    }

    @Test
    void shouldTakeATimeInMilliseconds() {
        assertThat(JmhRun.answer(ENCODE, "ms", json("250", "us/op")).time()).isEqualTo(0.25);
        assertThatThrownBy(() -> JmhRun.answer(ENCODE, "events/s", json("250", "us/op")))
                .hasMessageStartingWith("unit: us/op for events/s");
    }

    @Test
    void shouldRefuseSeveralBenchmarksOrNoFigure() {
        assertThatThrownBy(() -> JmhRun.answer(ENCODE, "events/s", "[]")).hasMessageStartingWith("benchmarks: 0");
        assertThatThrownBy(() -> JmhRun.answer(ENCODE, "events/s", json("\"NaN\"", "ops/s")))
                .hasMessageStartingWith("rate: NaN");
    }
}

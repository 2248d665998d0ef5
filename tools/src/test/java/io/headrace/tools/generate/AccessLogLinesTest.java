package io.headrace.tools.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogLinesTest {
    @ParameterizedTest
    @ValueSource(ints = {64, 100, 112, 113, 128, 200, 1024, 70_000})
    void shouldKeepTheMeanExactly(int meanBytes) throws IOException {
        for (int lines : new int[] {1, 2, 3, 999}) {
            String text = generate(7, lines, meanBytes);
            assertThat(text).hasSize(lines * meanBytes).endsWith("\n");
            assertThat(text.lines()).hasSize(lines);
        }
    }

    @Test
    void shouldVaryTheLengthOfLines() throws IOException {
        assertThat(generate(1, 1000, 128).lines().map(String::length).distinct().count())
                .isGreaterThan(20);
    }

    @Test
    void shouldGiveTheSameLinesForTheSameSeed() throws IOException {
        assertThat(generate(42, 5000, 128)).isEqualTo(generate(42, 5000, 128)).isNotEqualTo(generate(43, 5000, 128));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128})
    void shouldNeverWriteALineTwice(int meanBytes) throws IOException {
        Set<String> seen = new HashSet<>();
        assertThat(generate(1, 20_000, meanBytes).lines()).allMatch(seen::add);
    }

    @Test
    void shouldLookLikeAnAccessLog() throws IOException {
        assertThat(generate(1, 3000, 128).lines())
                .allMatch(line -> line.matches("10(\\.\\d{1,3}){3} - - \\[01/Nov/2026:00:00:0\\d \\+0000] "
                        + "\"(GET|POST|PUT|DELETE) /[a-z0-9/]*\\?id=\\d{10}(&q=[a-z+-]*)? HTTP/1.1\" \\d{3} \\d+"));
    }

    @Test
    void shouldNameTheExpectationWhenAskedForTooMuchOrTooLittle() {
        assertThatThrownBy(() -> new AccessLogLines(1, 1, 63)).hasMessage("bytes: 63 (expected: 64..1048576)");
        assertThatThrownBy(() -> new AccessLogLines(1, -1, 128)).hasMessage("lines: -1 (expected: 0..9999999999)");
    }

    @Test
    void shouldKeepTheRate() throws IOException {
        AtomicLong reported = new AtomicLong();
        LineWriter writer = new LineWriter(new AccessLogLines(1, 300, 128), 1000, reported::set);
        long start = System.nanoTime();
        writer.writeTo(new ByteArrayOutputStream());
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000L);
        assertThat(reported).hasValue(300);
    }

    private static String generate(long seed, int lines, int meanBytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LineWriter(new AccessLogLines(seed, lines, meanBytes), 0, written -> {}).writeTo(out);
        return out.toString(StandardCharsets.US_ASCII);
    }
}

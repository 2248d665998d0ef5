package io.headrace.tools.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputComparisonTest {
    @TempDir
    private Path folder;

    @Test
    void shouldFindEqualFilesEqual() throws IOException {
        assertThat(compare("a\nb\nc\n", "a\nb\nc\n")).isEqualTo(LineTally.allEqual(3));
        assertThat(compare("a\nb", "a\nb")).isEqualTo(LineTally.allEqual(2));
        assertThat(compare("\n\r\n\0\n", "\n\r\n\0\n")).isEqualTo(LineTally.allEqual(3));
        assertThat(compare("", "")).isEqualTo(LineTally.allEqual(0));
    }

    @Test
    void shouldTakeNoOutputForAnEmptyOne() throws IOException {
        Path input = file("input", "");
        assertThat(new OutputComparison().compare(input, List.of())).isEqualTo(LineTally.allEqual(0));
        Files.writeString(input, "a\nb\n");
        assertThat(new OutputComparison().compare(input, List.of()))
                .isEqualTo(new LineTally(false, 2, 0, 0, 2, 0, true));
    }

    @Test
    void shouldJoinTheFilesOfAnOutput() throws IOException {
        Path input = file("input", "a\nb\nc\n");
        List<Path> output = List.of(file("1", "a\nb"), file("2", ""), file("3", "\nc\n"));
        assertThat(new OutputComparison().compare(input, output)).isEqualTo(LineTally.allEqual(3));
    }

    @Test
    void shouldCountLostLines() throws IOException {
        assertThat(compare("a\nb\nc\nd\n", "a\nd\n")).isEqualTo(new LineTally(false, 4, 2, 0, 2, 0, true));
    }

    @Test
    void shouldCountDuplicatedLines() throws IOException {
        assertThat(compare("a\nb\nc\n", "a\nb\na\nb\nc\nc\n")).isEqualTo(new LineTally(false, 3, 6, 3, 0, 0, true));
    }

    @Test
    void shouldSeeBrokenOrder() throws IOException {
        assertThat(compare("a\nb\nc\n", "b\na\nc\n")).isEqualTo(new LineTally(false, 3, 3, 0, 0, 0, false));
        assertThat(compare("x\ny\nx\n", "x\nx\ny\n").inOrder()).isFalse();
        assertThat(compare("a\nb\nc\nd\n", "c\na\nd\n")).isEqualTo(new LineTally(false, 4, 3, 0, 1, 0, false));
    }

    @Test
    void shouldCountAlteredLines() throws IOException {
        assertThat(compare("a\nb\n", "a\nbb\n")).isEqualTo(new LineTally(false, 2, 2, 0, 1, 1, true));
        assertThat(compare("a\nb", "a\nb\n")).isEqualTo(new LineTally(false, 2, 2, 0, 1, 1, true));
    }

    @Test
    void shouldCountLinesThatTheInputHasSeveralTimes() throws IOException {
        assertThat(compare("\n\na\n\n", "\na\n\n\n\n")).isEqualTo(new LineTally(false, 4, 5, 1, 0, 0, true));
        assertThat(compare("\n\na\n\n", "\na\n")).isEqualTo(new LineTally(false, 4, 2, 0, 2, 0, true));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldFindWhatWasDoneToTheOutput(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> input = new ArrayList<>();
        for (int index = 0; index < 20_000; index++) {
            input.add("line " + index + " " + "x".repeat(random.nextInt(40)) + "\n");
        }
        List<String> output = new ArrayList<>(input);
        int lost = 1 + random.nextInt(50);
        int from = random.nextInt(10_000);
        output.subList(from, from + lost).clear();
        int doubled = random.nextInt(300);
        int at = 12_000 + random.nextInt(5000);
        output.addAll(at + doubled, output.subList(at, at + doubled).stream().toList());
        boolean swapped = random.nextBoolean();
        if (swapped) {
            String last = output.remove(output.size() - 1);
            output.add(11_000, last);
        }
        Path inputFile = file("input", String.join("", input));
        List<Path> outputFile = List.of(file("output", String.join("", output)));
        LineTally expected = new LineTally(false, input.size(), output.size(), doubled, lost, 0, !swapped);
        assertThat(new OutputComparison().compare(inputFile, outputFile)).isEqualTo(expected);
        assertThat(new OutputComparison(1000).compare(inputFile, outputFile).lost())
                .isEqualTo(lost);
        assertThat(new OutputComparison(1000).compare(inputFile, outputFile).duplicated())
                .isEqualTo(doubled);
    }

    private LineTally compare(String input, String output) throws IOException {
        return new OutputComparison().compare(file("input", input), List.of(file("output", output)));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }
}

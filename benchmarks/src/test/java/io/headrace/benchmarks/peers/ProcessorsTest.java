package io.headrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which processors each end of a peer has. */
class ProcessorsTest {
    @Test
    void shouldReadNumbersAndRanges() {
        assertThat(Processors.parse("0-3,8,10-11").numbers()).containsExactly(0, 1, 2, 3, 8, 10, 11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "0-", "0-1:2/4", "1,,2", "-1"})
    void shouldSayWhatItExpects(String list) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Processors.parse(list))
                .withMessage("processors: " + list + " (expected: numbers and ranges between commas, as 0-3,8)");
    }

    @Test
    void shouldGiveEachEndHalf() {
        Processors all = Processors.parse("0-3,8");
        assertThat(all.firstHalf().list()).isEqualTo("0,1");
        assertThat(all.secondHalf().list()).isEqualTo("2,3,8");
    }

    @Test
    void shouldSayThatOneIsTooFew() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Processors.parse("3").firstHalf())
                .withMessage("processors: 3 (expected: at least two, one for each end)");
    }

    @Test
    void shouldKeepTheThreadsOfACoreTogether(@TempDir Path system) throws IOException {
        for (int number = 0; number < 8; number++) {
            Path topology = Files.createDirectories(system.resolve("cpu" + number + "/topology"));
            Files.writeString(topology.resolve("physical_package_id"), number % 4 / 2 + "\n");
            Files.writeString(topology.resolve("core_id"), number % 4 % 2 + "\n");
        }
        assertThat(Processors.parse("0-7").byCore(system).list()).isEqualTo("0,4,1,5,2,6,3,7");
    }

    @Test
    void shouldKeepTheirOrderWhereTheSystemDoesNotSay(@TempDir Path system) throws IOException {
        assertThat(Processors.parse("0-3").byCore(system).list()).isEqualTo("0,1,2,3");
    }
}

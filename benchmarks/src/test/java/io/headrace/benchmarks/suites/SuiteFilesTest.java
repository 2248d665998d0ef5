package io.headrace.benchmarks.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The suites and floors of this repository, and what is refused of others. */
class SuiteFilesTest {
    private static final Path SUITES = Path.of("suites");

    private static Words words(Suite suite, Mode mode, Double value) {
        Map<String, String> values = new LinkedHashMap<>(suite.settings(mode));
        for (String name : List.of("java", "classes", "folder", "benchmarks", "mode")) {
            values.put(name, name);
        }
        suite.peers(mode).forEach(peer -> values.put(peer, peer));
        if (value != null) {
            values.put(suite.axis().name(), Texts.word(value));
        }
        return Words.of(values, List.of());
    }

    @Test
    void shouldReadAllSuitesAndKnowTheWordsOfTheirCommands() throws IOException {
        List<Suite> suites = SuiteFiles.read(SUITES, List.of());

        assertThat(suites).isNotEmpty();
        for (Mode mode : Mode.values()) {
            for (Task task : Schedule.of(suites, mode, 1)) {
                Words words = words(task.suite(), mode, task.value());
                Contestant contestant = task.contestant();
                assertThatCode(() -> {
                            if (contestant == null) {
                                words.expand(task.suite().command());
                            } else if (contestant.jmh() == null) {
                                words.expand(contestant.command());
                            } else {
                                JmhRun.command(contestant.jmh(), mode, words, Path.of("/x/jmh.json"));
                            }
                        })
                        .as(task.what())
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void shouldHavePeersAndCommandsThatAreThere() throws IOException {
        for (Suite suite : SuiteFiles.read(SUITES, List.of())) {
            for (String peer : suite.peers(Mode.FULL)) {
                assertThat(peer.equals("agent") || Files.exists(Path.of("peers", peer, "peer.bash")))
                        .as(suite.name() + " needs " + peer)
                        .isTrue();
            }
            List<List<String>> commands = new ArrayList<>(List.of(suite.command()));
            suite.contestants().forEach(each -> commands.add(each.command()));
            for (List<String> command : commands) {
                if (!command.isEmpty() && command.get(0).startsWith("./")) {
                    assertThat(Path.of(command.get(0))).isExecutable();
                }
            }
        }
    }

    @Test
    void shouldNameBenchmarksThatAreThere() throws IOException {
        for (Suite suite : SuiteFiles.read(SUITES, List.of())) {
            for (Contestant contestant : suite.contestants()) {
                if (contestant.jmh() != null) {
                    String pattern = "\\." + contestant.jmh().include().replace(".", "\\.") + "$";
                    assertThat(BenchmarkList.defaultList()
                                    .find(
                                            OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                                            List.of(pattern),
                                            List.of()))
                            .as(contestant.jmh().include())
                            .hasSize(1);
                }
            }
        }
    }

    @Test
    void shouldHaveFloorsOfContestantsThatAreThere() throws IOException {
        List<Suite> suites = SuiteFiles.read(SUITES, List.of());
        Floors floors = Json.read(Path.of("floors.json"), Floors.class);

        assertThat(floors.floors()).isNotEmpty();
        for (Floors.Floor floor : floors.floors()) {
            assertThat(suites)
                    .as(floor.what())
                    .filteredOn(suite -> suite.name().equals(floor.suite()))
                    .singleElement()
                    .satisfies(suite -> Floors.check(floor, suite));
        }
    }

    @Test
    void shouldRunSuitesInTheirOrder() throws IOException {
        assertThat(SuiteFiles.read(SUITES, List.of())).extracting(Suite::order).isSorted();
        assertThat(SuiteFiles.read(SUITES, List.of("link", "frame")))
                .extracting(Suite::name)
                .containsExactly("link", "frame");
        assertThatThrownBy(() -> SuiteFiles.read(SUITES, List.of("ringo"))).hasMessageStartingWith("suite: ringo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"question\": \"q\", \"unit\": \"u\"} | title: nothing (expected: a text)",
                "{\"title\": \"t\", \"question\": \"q\", \"unit\": \"u\"} | contestants: none",
                "{\"title\": \"t\", \"question\": \"q\", \"unit\": \"u\", \"contestants\": [{\"name\": \"a\"}]}"
                        + " | contestant a: neither command nor jmh",
                "{\"title\": \"t\", \"question\": \"q\", \"unit\": \"u\", \"tilte\": \"x\", \"contestants\": [{\"name\": \"a\","
                        + " \"command\": [\"x\"]}]} | Unrecognized field \"tilte\"",
                "{\"title\": \"t\", \"question\": \"q\", \"unit\": \"u\", \"ratios\": [[\"a\", \"b\"]], \"contestants\": [{\"name\":"
                        + " \"a\", \"command\": [\"x\"]}]} | ratios: [a, b] (expected: two of [a])",
                "{\"title\": \"t\", \"question\": \"q\", \"unit\": \"u\", \"axis\": {\"name\": \"n\", \"label\": \"l\", \"values\":"
                        + " [2, 1]}} | axis n: [2.0, 1.0] (expected: rising numbers above 0)",
                "[] | no object (expected: a suite)"
            })
    void shouldSayWhatIsWrongInASuite(String content, String message, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("x.json"), content);

        assertThatThrownBy(() -> SuiteFiles.read(folder, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("suites/x.json: ")
                .hasMessageContaining(message);
    }
}

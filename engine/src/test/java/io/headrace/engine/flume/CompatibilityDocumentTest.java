package io.headrace.engine.flume;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds {@code COMPATIBILITY.md} against the list of Flume's contract tests, against the tests that it names, and against
 * the components' settings.
 */
class CompatibilityDocumentTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final List<String> MODULES = List.of("wal", "engine", "transport", "tools");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern SECTION = Pattern.compile("#### (\\w+) \\(([\\w-]+)\\)");
    private static final Pattern COUNTED = Pattern.compile("`(\\w+)` \\((\\d+)\\)");
    private static final List<Class<? extends ComponentProvider>> KINDS = List.of(
            ComponentProvider.OfSink.class,
            ComponentProvider.OfChannel.class,
            ComponentProvider.OfSource.class,
            ComponentProvider.OfInterceptor.class,
            ComponentProvider.OfSelector.class,
            ComponentProvider.OfSerializer.class);

    /** A line of a table about one or several methods of Flume. */
    private record Row(String section, List<String> methods, String kind, List<String> tests, String note) {}

    private final List<Row> rows = new ArrayList<>();
    private List<String> document;

    /** Flume's methods by {@code module/class}. */
    private final Map<String, Set<String>> list = new LinkedHashMap<>();

    @BeforeEach
    void read() throws IOException {
        document = Files.readAllLines(MODULE.resolve("COMPATIBILITY.md"));
        String section = null;
        for (String line : document) {
            Matcher title = SECTION.matcher(line);
            if (title.matches()) {
                section = title.group(2) + "/" + title.group(1);
            } else if (section != null && line.startsWith("| `")) {
                String[] cells = line.split("\\|", -1);
                rows.add(new Row(section, codes(cells[1]), cells[2].trim(), codes(cells[3]), cells[4].trim()));
            }
        }
        try (InputStream in = getClass().getResourceAsStream("/flume/contract-tests.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                int colon = line.indexOf(':');
                list.put(
                        line.substring(0, colon),
                        new LinkedHashSet<>(
                                List.of(line.substring(colon + 1).trim().split(" "))));
            });
        }
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    @Test
    void shouldNameEachMethodOfFlumesTestsOnce() {
        Map<String, List<String>> named = new HashMap<>();
        rows.forEach(row ->
                named.computeIfAbsent(row.section(), key -> new ArrayList<>()).addAll(row.methods()));
        Map<String, List<Integer>> counted = countedClasses();
        list.forEach((flumeClass, methods) -> {
            if (named.containsKey(flumeClass)) {
                assertThat(named.remove(flumeClass)).as(flumeClass).containsExactlyInAnyOrderElementsOf(methods);
            } else {
                String simple = flumeClass.substring(flumeClass.indexOf('/') + 1);
                assertThat(counted.get(simple)).as(flumeClass).contains(methods.size());
                counted.get(simple).remove((Integer) methods.size());
            }
        });
        assertThat(named).as("classes that Flume does not have").isEmpty();
        assertThat(counted.values()).as("classes that Flume does not have").allMatch(List::isEmpty);
    }

    private Map<String, List<Integer>> countedClasses() {
        Map<String, List<Integer>> counted = new HashMap<>();
        document.stream().flatMap(line -> COUNTED.matcher(line).results()).forEach(found -> counted.computeIfAbsent(
                        found.group(1), key -> new ArrayList<>())
                .add(Integer.valueOf(found.group(2))));
        return counted;
    }

    @Test
    void shouldNameTestsThatExist() {
        Map<String, String> sources = testSources();
        List<String> missing = rows.stream()
                .flatMap(row -> row.tests().stream())
                .distinct()
                .filter(test -> !exists(sources, test))
                .toList();
        assertThat(missing).isEmpty();
    }

    private static boolean exists(Map<String, String> sources, String test) {
        int dot = test.indexOf('.');
        String source = sources.get(test.substring(0, dot));
        return source != null
                && Pattern.compile("\\bvoid " + Pattern.quote(test.substring(dot + 1)) + "\\(")
                        .matcher(source)
                        .find();
    }

    /** Sources of all modules' tests, by class. */
    private static Map<String, String> testSources() {
        Map<String, String> sources = new HashMap<>();
        for (String module : MODULES) {
            Path folder = MODULE.resolveSibling(module).resolve("src/test/java");
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sources;
    }

    @Test
    void shouldSayHowEachMethodStandsHere() {
        assertThat(rows).allSatisfy(row -> {
            switch (row.kind()) {
                case "same" -> assertThat(row.tests()).isNotEmpty();
                case "differs" -> {
                    assertThat(row.tests()).isNotEmpty();
                    assertThat(row.note()).isNotEmpty();
                }
                case "none" -> assertThat(row.note()).isNotEmpty();
                default -> throw new AssertionError(row + " (expected: same, differs or none)");
            }
        });
    }

    @Test
    void shouldCountRight() {
        Map<String, Integer> kinds = new HashMap<>();
        rows.forEach(row -> kinds.merge(row.kind(), row.methods().size(), Integer::sum));
        long classes = rows.stream().map(Row::section).distinct().count();
        int methods = rows.stream().mapToInt(row -> row.methods().size()).sum();
        int all = list.values().stream().mapToInt(Set::size).sum();
        assertThat(String.join(" ", document))
                .contains(classes + " classes with " + methods + " methods concern what is here: " + kinds.get("same")
                        + " show the same, " + kinds.get("differs") + " differ, " + kinds.get("none")
                        + " have no meaning here.")
                .contains((list.size() - classes) + " classes with " + (all - methods)
                        + " methods concern the components above.");
    }

    @Test
    void shouldGiveTheDefaultsThatThereAre() {
        List<String[]> lines = table("## Defaults that differ");
        assertThat(lines).isNotEmpty();
        for (String[] cells : lines) {
            String type = cells[1].trim();
            String key = codes(cells[2]).get(0);
            Setting setting = settings(provider(type)).get(key);
            assertThat(setting).as("%s %s", type, key).isNotNull();
            assertThat(cells[4].trim())
                    .as("%s %s", type, key)
                    .isEqualTo(setting.byDefault().isEmpty() ? "none" : setting.byDefault());
            assertThat(cells[3].trim()).as("%s %s of Flume", type, key).isNotEqualTo(cells[4].trim());
        }
    }

    /** Each key of Flume's components that run here, with Flume's default. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            memory|capacity=100 transactionCapacity=100 keep-alive=3 byteCapacity=? byteCapacityBufferPercentage=?
            file|capacity=1000000 transactionCapacity=10000 keep-alive=3 checkpointDir=? dataDirs=? maxFileSize=1623195647
            file|minimumRequiredSpace=524288000 fsyncPerTransaction=true fsyncInterval=5 useDualCheckpoints=?
            file|backupCheckpointDir=? compressBackupCheckpoint=? checkpointInterval=? checkpointOnClose=?
            file|use-log-replay-v1=? use-fast-replay=?
            SPILLABLEMEMORY|memoryCapacity=10000 overflowCapacity=100000000 overflowTimeout=? byteCapacity=?
            SPILLABLEMEMORY|overflowDeactivationThreshold=? byteCapacityBufferPercentage=? avgEventSize=?
            SPILLABLEMEMORY|transactionCapacity=10000 checkpointDir=? dataDirs=? maxFileSize=1623195647 keep-alive=0
            SPILLABLEMEMORY|minimumRequiredSpace=524288000 fsyncPerTransaction=true fsyncInterval=5
            TAILDIR|filegroups= filegroups.*= headers.*= positionFile=~/.flume/taildir_position.json byteOffsetHeader=false
            TAILDIR|skipToEnd=false idleTimeout=120000 writePosInterval=3000 batchSize=100
            TAILDIR|maxBatchCount=9223372036854775807 backoffSleepIncrement=1000 maxBackoffSleep=5000
            TAILDIR|cachePatternMatching=true fileHeader=false fileHeaderKey=file
            seq|batchSize=1 totalEvents=9223372036854775807
            file_roll|sink.directory= sink.rollInterval=30 sink.batchSize=100 sink.serializer=text
            file_roll|sink.pathManager=default sink.pathManager.extension= sink.pathManager.prefix=
            logger|maxBytesToLog=16
            null|batchSize=100 logEveryNEvents=10000
            timestamp|headerName=timestamp preserveExisting=false
            host|preserveExisting=false useIP=true hostHeader=host
            static|preserveExisting=true key=key value=value
            replicating|optional=
            multiplexing|header=flume.selector.header default= mapping.*= optional= optional.*=
            load_balancing|policy=round_robin
            text|appendNewline=true
            header_and_text|appendNewline=true
            """)
    void shouldTakeEachKeyOfFlumeWithItsDefault(String type, String keys) {
        Set<String> differing = new TreeSet<>();
        table("## Defaults that differ").forEach(cells -> differing.add(cells[1].trim() + codes(cells[2])));
        Map<String, Setting> settings = settings(provider(type));
        for (String pair : keys.split(" ")) {
            String key = pair.substring(0, pair.indexOf('='));
            String flumes = pair.substring(pair.indexOf('=') + 1);
            Setting setting = settings.get(key);
            assertThat(setting).as("%s %s", type, key).isNotNull();
            if (setting.noEffect().isEmpty() && !differing.contains(type + "[" + key + "]")) {
                assertThat(setting.byDefault()).as("%s %s", type, key).isEqualToIgnoringCase(flumes);
            }
        }
    }

    @Test
    void shouldFindWhatItSaysRuns() {
        List<String[]> lines = table("## What runs unmodified");
        assertThat(lines).hasSizeGreaterThan(5);
        for (String[] cells : lines) {
            if (!cells[1].contains("processors")) {
                assertThat(codes(cells[2])).isNotEmpty().allSatisfy(type -> assertThat(provider(type))
                        .isNotNull());
            }
        }
    }

    @Test
    void shouldNameTheKeysThatChangeNothing() {
        List<String> expected = new ArrayList<>();
        for (Class<? extends ComponentProvider> kind : KINDS) {
            for (ComponentProvider provider : ComponentRegistry.load().all(kind)) {
                Set<String> keys = new TreeSet<>();
                settings(provider).forEach((key, setting) -> {
                    if (!setting.noEffect().isEmpty()) {
                        keys.add("`" + key + "`");
                    }
                });
                if (!keys.isEmpty()) {
                    expected.add("| " + provider.alias() + " | " + String.join(", ", keys) + " |");
                }
            }
        }
        assertThat(table("## Keys that change nothing"))
                .extracting(cells -> String.join("|", cells))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** The cells of the lines of the table below a title, without its head. */
    private List<String[]> table(String title) {
        List<String[]> lines = new ArrayList<>();
        boolean inside = false;
        int tableLine = 0;
        for (String line : document) {
            if (line.startsWith("## ")) {
                inside = line.equals(title);
            } else if (inside && line.startsWith("|") && tableLine++ >= 2) {
                lines.add(line.split("\\|", -1));
            }
        }
        return lines;
    }

    private static ComponentProvider provider(String type) {
        for (Class<? extends ComponentProvider> kind : KINDS) {
            ComponentProvider provider = ComponentRegistry.load().find(kind, type);
            if (provider != null) {
                return provider;
            }
        }
        throw new AssertionError(type + " (expected: a component)");
    }

    private static Map<String, Setting> settings(ComponentProvider provider) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        collect(provider.settingsType(), settings);
        return settings;
    }

    private static void collect(Class<?> type, Map<String, Setting> settings) {
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            if (setting != null) {
                settings.put(setting.key(), setting);
            } else if (component.getType().isRecord()) {
                collect(component.getType(), settings);
            }
        }
    }
}

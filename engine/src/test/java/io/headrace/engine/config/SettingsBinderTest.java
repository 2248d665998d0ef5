package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsBinderTest {
    enum Mode {
        FAST,
        VERY_SLOW
    }

    record Everything(
            @Setting(key = "batchSize", byDefault = "100", min = 1, max = 5000, unit = "events", doc = "Events.")
            int batchSize,

            @Setting(key = "total", byDefault = "9", min = 0, doc = "Total.")
            long total,

            @Setting(key = "share", byDefault = "0.5", min = 0, max = 1, doc = "Share.")
            double share,

            @Setting(key = "header", byDefault = "false", doc = "Whether.")
            boolean header,

            @Setting(key = "name", byDefault = "x", doc = "A name.")
            String name,

            @Setting(key = "mode", byDefault = "fast", doc = "How.")
            Mode mode,

            @Setting(key = "groups", doc = "Groups.") List<String> groups,
            @Setting(key = "groups.*", doc = "Patterns.") Map<String, String> patterns,

            @Setting(key = "folder", byDefault = "/tmp", doc = "Folder.")
            Path folder,

            @Setting(key = "keep-alive", aliases = "keepAlive", byDefault = "3", unit = "s", min = 0, doc = "Wait.")
            Duration keepAlive,

            @Setting(key = "room", byDefault = "64m", unit = "bytes", min = 1, doc = "Memory.")
            long room,

            @Setting(key = "port", min = 1, max = 65535, doc = "Port.")
            Optional<Integer> port) {}

    record Strict(
            @Setting(key = "bind", doc = "an address") String bind,

            @Setting(key = "low", byDefault = "1", doc = "Low.")
            int low,

            @Setting(key = "password", byDefault = "pw", doc = "Secret.")
            String password) {
        Strict {
            if (low > 10) {
                throw new IllegalArgumentException("low: " + low + " (expected: <= high 10)");
            }
        }
    }

    @Test
    void shouldUseDefaultsForWhatIsNotThere() {
        Everything settings = SettingsBinder.bind(Everything.class, Map.of());

        assertThat(settings)
                .isEqualTo(new Everything(
                        100,
                        9,
                        0.5,
                        false,
                        "x",
                        Mode.FAST,
                        List.of(),
                        Map.of(),
                        Path.of("/tmp"),
                        Duration.ofSeconds(3),
                        64L << 20,
                        Optional.empty()));
    }

    @Test
    void shouldReadEveryType() {
        Map<String, String> written = new LinkedHashMap<>();
        written.put("batchSize", "7");
        written.put("total", "9000000000");
        written.put("share", "0.25");
        written.put("header", "TRUE");
        written.put("name", "a b");
        written.put("mode", "Very-Slow");
        written.put("groups", "g1, g2  g3");
        written.put("groups.g1", "/a/b.*");
        written.put("groups.g2", "/c");
        written.put("folder", "~/x");
        written.put("keepAlive", "1500 ms");
        written.put("room", "3k");
        written.put("port", "4141");

        assertThat(SettingsBinder.bind(Everything.class, written))
                .isEqualTo(new Everything(
                        7,
                        9_000_000_000L,
                        0.25,
                        true,
                        "a b",
                        Mode.VERY_SLOW,
                        List.of("g1", "g2", "g3"),
                        Map.of("g1", "/a/b.*", "g2", "/c"),
                        Path.of(System.getProperty("user.home") + "/x"),
                        Duration.ofMillis(1500),
                        3072,
                        Optional.of(4141)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            batchSize|ten|batchSize: ten (expected: a whole number of events from 1 to 5000)
            batchSize|0|batchSize: 0 (expected: a whole number of events from 1 to 5000)
            batchSize|5001|batchSize: 5001 (expected: a whole number of events from 1 to 5000)
            batchSize|99999999999999999999|batchSize: 99999999999999999999 (expected: a whole number of events from 1 to 5000)
            batchSize|''|batchSize: empty (expected: a value, or no such line)
            total|-1|total: -1 (expected: a whole number >= 0)
            share|1.5|share: 1.5 (expected: a number from 0 to 1)
            share|NaN|share: NaN (expected: a number from 0 to 1)
            share|half|share: half (expected: a number from 0 to 1)
            header|yes|header: yes (expected: true or false)
            mode|medium|mode: medium (expected: one of fast, very-slow)
            keep-alive|soon|keep-alive: soon (expected: a time in s >= 0, or with ms, s, m, h or d)
            keep-alive|-1|keep-alive: -1 (expected: a time in s >= 0, or with ms, s, m, h or d)
            room|3 sheep|room: 3 sheep (expected: a whole number of bytes >= 1, also with k, m or g)
            room|99999999999t|room: 99999999999t (expected: a whole number of bytes >= 1)
            port|65536|port: 65536 (expected: a whole number from 1 to 65535)
            batchsize|7|batchsize: unknown key (did you mean batchSize?)
            batch-size|7|batch-size: unknown key (did you mean batchSize?)
            bathcSize|7|bathcSize: unknown key (did you mean batchSize?)
            """)
    void shouldSayWhatIsWrong(String key, String value, String message) {
        assertThatThrownBy(() -> SettingsBinder.bind(Everything.class, Map.of(key, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1s|1000
            90|90000
            2 m|120000
            1h|3600000
            1d|86400000
            20MS|20
            """)
    void shouldReadTimesWithUnits(String written, long millis) {
        assertThat(SettingsBinder.bind(Everything.class, Map.of("keep-alive", written))
                        .keepAlive())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1|1
            2K|2048
            2kb|2048
            2 KiB|2048
            1m|1048576
            1g|1073741824
            7b|7
            """)
    void shouldReadSizesWithUnits(String written, long bytes) {
        assertThat(SettingsBinder.bind(Everything.class, Map.of("room", written))
                        .room())
                .isEqualTo(bytes);
    }

    @Test
    void shouldFindAllProblemsOfARecordAtOnce() {
        assertThatThrownBy(() -> SettingsBinder.bind(Everything.class, Map.of("batchSize", "x", "header", "y")))
                .hasMessageContaining("batchSize: x (expected")
                .hasMessageContaining("header: y (expected");
    }

    @Test
    void shouldDropACommentBehindANumberAndKeepItBehindText() {
        SettingsBinder binder = binder("batchSize", "30 # enough", "mode", "fast\t# or not", "name", "a # b");

        Everything settings = binder.bind(Everything.class);

        assertThat(settings.batchSize()).isEqualTo(30);
        assertThat(settings.mode()).isEqualTo(Mode.FAST);
        assertThat(settings.name()).isEqualTo("a # b");
        assertThat(binder.problems())
                .extracting(ConfigurationProblem::toString)
                .containsExactly(
                        "a.conf:1: a1.sources.r1.batchSize: 30 # enough: read as 30"
                                + " (expected: comments on lines of their own)",
                        "a.conf:3: a1.sources.r1.name: a # b: what follows # is part of the value"
                                + " (expected: comments on lines of their own)",
                        "a.conf:2: a1.sources.r1.mode: fast\t# or not: read as fast"
                                + " (expected: comments on lines of their own)");
    }

    @Test
    void shouldReadOnlyOneOfTwoSpellings() {
        SettingsBinder binder = binder("keepAlive", "5", "keep-alive", "6");

        assertThat(binder.bind(Everything.class).keepAlive()).isEqualTo(Duration.ofSeconds(6));
        assertThat(binder.problems())
                .extracting(ConfigurationProblem::toString)
                .containsExactly("a.conf:1: a1.sources.r1.keepAlive: 5: not read"
                        + " (expected: only one of it and a1.sources.r1.keep-alive)");
    }

    @Test
    void shouldShowThePlaceOfTheComponentForAMissingKey() {
        SettingsBinder binder = binder("low", "1");

        assertThatThrownBy(() -> binder.bind(Strict.class))
                .hasMessage("a.conf:9: a1.sources.r1.bind: missing (expected: an address)");
    }

    @Test
    void shouldShowThePlaceOfTheKeyThatARecordRefuses() {
        SettingsBinder binder = binder("bind", "::", "low", "11");

        assertThatThrownBy(() -> binder.bind(Strict.class))
                .hasMessage("a.conf:2: a1.sources.r1.low: 11 (expected: <= high 10)");
    }

    @Test
    void shouldReportKeysThatNobodyRead() {
        SettingsBinder binder = binder("bnid", "::", "bind", "::", "selector.x", "1", "zzzzzzzzzzzz", "2");
        binder.bind(Strict.class);

        assertThat(binder.unknownKeys(Set.of("selector.*")))
                .extracting(ConfigurationProblem::toString)
                .containsExactly(
                        "a.conf:1: a1.sources.r1.bnid: unknown key (did you mean bind?)",
                        "a.conf:4: a1.sources.r1.zzzzzzzzzzzz: unknown key"
                                + " (expected: one of bind, low, password, selector.*)");
    }

    @Test
    void shouldMaskSecrets() {
        SettingsBinder binder = binder("bind", "::", "password", "hunter2");
        binder.bind(Strict.class);

        assertThat(binder.effective())
                .containsEntry("password", "***")
                .containsEntry("bind", "::")
                .containsEntry("low", "1");
    }

    record Folders(
            @Setting(key = "dataDirs", doc = "Folders.") List<Path> folders) {}

    @Test
    void shouldKeepABlankAndAHashInPaths() {
        SettingsBinder binder = binder("dataDirs", "/a/x #1,/b");

        assertThat(binder.bind(Folders.class).folders()).containsExactly(Path.of("/a/x #1"), Path.of("/b"));
        assertThat(binder.problems()).hasSize(1);
    }

    @Test
    void shouldNeverShowASecret() {
        SettingsBinder binder = binder("bind", "::", "password", "hunter2 # not this");
        binder.bind(Strict.class);

        assertThat(binder.problems().toString())
                .contains("password: ***: what follows")
                .doesNotContain("hunter2");
    }

    record Shared(
            @Setting(key = "low", byDefault = "1", max = 10, doc = "Low.")
            int low,

            @Setting(key = "tags.*", doc = "Tags.") Map<String, String> tags) {}

    record Sharing(
            Shared shared,

            @Setting(key = "tags.all", byDefault = "no", doc = "Whether.")
            boolean all) {}

    @Test
    void shouldTakeTheKeysOfARecordInARecord() {
        SettingsBinder binder = binder("low", "7", "tags.all", "true", "tags.x", "1");

        assertThat(binder.bind(Sharing.class)).isEqualTo(new Sharing(new Shared(7, Map.of("x", "1")), true));
        assertThat(binder.knownKeys()).containsExactlyInAnyOrder("low", "tags.*", "tags.all");
        assertThat(binder.effective()).containsOnlyKeys("low", "tags.all", "tags.x");
        assertThat(binder.unknownKeys(Set.of())).isEmpty();
    }

    @Test
    void shouldRefuseWhatARecordInARecordRefuses() {
        SettingsBinder binder = binder("low", "11", "tags.all", "true");

        assertThat(binder.tryBind(Sharing.class)).isEmpty();
        assertThat(binder.problems()).hasSize(1);
        assertThat(binder.problems().get(0))
                .hasToString("a.conf:1: a1.sources.r1.low: 11 (expected: a whole number <= 10)");
    }

    record Taken(
            @Setting(key = "threads", min = 1, noEffect = "one thread serves all", doc = "Threads.")
            Optional<Integer> threads) {}

    @Test
    void shouldSayOnceThatAKeyHasNoEffect() {
        SettingsBinder binder = binder("threads", "many");

        assertThat(binder.bind(Taken.class)).isEqualTo(new Taken(Optional.empty()));
        assertThat(binder.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Severity.NOTICE);
            assertThat(problem)
                    .hasToString("a.conf:1: a1.sources.r1.threads: many: has no effect (one thread serves all)");
        });
        assertThat(binder.effective()).isEmpty();
        assertThat(binder.unknownKeys(Set.of())).isEmpty();
    }

    @Test
    void shouldNotSpeakOfAKeyWithoutEffectThatNobodyWrote() {
        SettingsBinder binder = binder();

        binder.bind(Taken.class);

        assertThat(binder.problems()).isEmpty();
    }

    private static SettingsBinder binder(String... keysAndValues) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String key = keysAndValues[i];
            values.put(
                    key, new ConfigValue("a1.sources.r1." + key, keysAndValues[i + 1], Path.of("a.conf"), i / 2 + 1));
        }
        ConfigValue type = new ConfigValue("a1.sources.r1.type", "seq", Path.of("a.conf"), 9);
        return new SettingsBinder("source r1", type, values);
    }
}

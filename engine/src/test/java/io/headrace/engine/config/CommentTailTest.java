package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A value followed by a blank and {@code #}: dropped where it cannot belong to the value, kept where it can. */
class CommentTailTest {
    private static final Path FILE = Path.of("a.conf");

    enum Mode {
        FAST,
        VERY_SLOW
    }

    record Kinds(
            @Setting(key = "int", byDefault = "0", doc = "Number.")
            int whole,

            @Setting(key = "long", byDefault = "0", doc = "Number.")
            long large,

            @Setting(key = "double", byDefault = "0", doc = "Number.")
            double part,

            @Setting(key = "maybe", doc = "Number.") Optional<Integer> maybe,

            @Setting(key = "boolean", byDefault = "false", doc = "Whether.")
            boolean yes,

            @Setting(key = "time", byDefault = "0", unit = "s", doc = "Time.")
            Duration time,

            @Setting(key = "size", byDefault = "0", unit = "bytes", doc = "Size.")
            long size,

            @Setting(key = "mode", byDefault = "fast", doc = "Word.")
            Mode mode,

            @Setting(key = "list", doc = "Names.") List<String> names,

            @Setting(key = "word", word = true, byDefault = "-", doc = "Name.")
            String word,

            @Setting(key = "maybeWord", word = true, doc = "Name.")
            Optional<String> maybeWord,

            @Setting(key = "words.*", word = true, doc = "Names.")
            Map<String, String> words,

            @Setting(key = "text", byDefault = "-", doc = "Text.")
            String text,

            @Setting(key = "maybeText", doc = "Text.") Optional<String> maybeText,

            @Setting(key = "path", byDefault = "/", doc = "Path.")
            Path path,

            @Setting(key = "paths", doc = "Paths.") List<Path> paths,
            @Setting(key = "map.*", doc = "Texts.") Map<String, String> map) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            int|7 # seven|7
            long|7\t#seven|7
            double|0.5 # half|0.5
            maybe|7 # seven|7
            boolean|true # yes|true
            time|3 # seconds|3
            time|3 m # minutes|3 m
            size|4k # bytes|4k
            mode|very-slow # really|very-slow
            list|a b # both|a b
            list|a # b # c|a
            word|host.example # main|host.example
            maybeWord|host.example # main|host.example
            words.x|c1 c2 # both|c1 c2
            """)
    void shouldDropWhatCannotBelongToTheValue(String key, String written, String read) {
        SettingsBinder binder = binder(key, written);
        SettingsBinder plain = binder(key, read);

        assertThat(binder.bind(Kinds.class)).isEqualTo(plain.bind(Kinds.class)).isNotEqualTo(none());
        assertThat(plain.problems()).isEmpty();
        assertThat(binder.effective()).isEqualTo(plain.effective());
        assertThat(binder.problems())
                .extracting(ConfigurationProblem::describe)
                .containsExactly("a.conf:1: warning: a1.sources.r1." + key + ": " + written + ": read as " + read
                        + " (expected: comments on lines of their own)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text|a # b
            maybeText|^[a-z]+ #[0-9]+$
            path|/data/a # b
            paths|/data/a, /data/b # c
            map.x|web # 1
            """)
    void shouldKeepWhatMayBelongToTheValue(String key, String written) {
        SettingsBinder binder = binder(key, written);
        Kinds kinds = binder.bind(Kinds.class);

        assertThat(List.of(
                        kinds.text(),
                        kinds.maybeText().orElse(""),
                        kinds.path().toString(),
                        String.join(
                                ", ", kinds.paths().stream().map(Path::toString).toList()),
                        kinds.map().getOrDefault("x", "")))
                .contains(written);
        assertThat(binder.problems())
                .extracting(ConfigurationProblem::describe)
                .containsExactly("a.conf:1: warning: a1.sources.r1." + key + ": " + written
                        + ": what follows # is part of the value (expected: comments on lines of their own)");
    }

    @ParameterizedTest
    @CsvSource({"text, a#b", "path, /data/#1", "word, a#b"})
    void shouldNotSpeakOfASignWithoutABlank(String key, String written) {
        SettingsBinder binder = binder(key, written);

        assertThat(binder.bind(Kinds.class)).isNotEqualTo(none());
        assertThat(binder.problems()).isEmpty();
        assertThat(binder.effective()).containsEntry(key, written);
    }

    @Test
    void shouldRefuseANumberThatIsNothingButAComment() {
        SettingsBinder binder = binder("int", "# none");

        assertThat(binder.tryBind(Kinds.class)).isEmpty();
    }

    @Test
    void shouldNotShowASecretWithItsComment() {
        record Secret(
                @Setting(key = "password", word = true, doc = "Secret.")
                String password) {}

        SettingsBinder binder = binder("password", "hunter2 # mine");

        assertThat(binder.bind(Secret.class).password()).isEqualTo("hunter2");
        assertThat(binder.problems().toString()).doesNotContain("hunter2");
    }

    private static Kinds none() {
        return new SettingsBinder("source r1", null, Map.of()).bind(Kinds.class);
    }

    private static SettingsBinder binder(String key, String value) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        values.put(key, new ConfigValue("a1.sources.r1." + key, value, FILE, 1));
        return new SettingsBinder("source r1", null, values);
    }
}

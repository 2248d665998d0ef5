package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropertiesFileTest {
    private static final Path FILE = Path.of("a.conf");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a=b|a|b
            a = b|a|b
            a:b|a|b
            a b|a|b
            a|a|''
            a =|a|''
            a==b|a|=b
            a\\=b = c|a=b|c
            a = b # c|a|b # c
            a = b\\tc|a|b\tc
            a = \\u0041\\u00e4|a|A\u00e4
            a = b\\|a|b
            a = b\\\\|a|b\\
            """)
    void shouldSplitKeyAndValue(String text, String key, String value) {
        List<ConfigValue> entries = PropertiesFile.parse(FILE, text);

        assertThat(entries).containsExactly(new ConfigValue(key, value, FILE, 1));
    }

    @Test
    void shouldRememberTheLineOnWhichAKeyBegins() {
        String text = "# first\n\na = 1\\\n   2\\\n  3\n! comment\r\nb = 4\r\n\n  c 5\na = 6";

        assertThat(PropertiesFile.parse(FILE, text))
                .containsExactly(
                        new ConfigValue("a", "123", FILE, 3),
                        new ConfigValue("b", "4", FILE, 7),
                        new ConfigValue("c", "5", FILE, 9),
                        new ConfigValue("a", "6", FILE, 10));
    }

    @Test
    void shouldReadWhatPropertiesReads() throws IOException {
        String[] alphabet = {"a", "b", "\\", "\n", "\r", "\r\n", " ", "\t", "\f", "=", ":", "#", "!", "u0041", "t", "n"
        };
        Random random = new Random(20261120);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(24); i >= 0; i--) {
                text.append(alphabet[random.nextInt(alphabet.length)]);
            }
            Properties expected = new Properties();
            try {
                expected.load(new StringReader(text.toString()));
            } catch (IllegalArgumentException e) {
                assertThatThrownBy(() -> PropertiesFile.parse(FILE, text.toString()))
                        .isInstanceOf(ConfigurationException.class);
                continue;
            }
            Map<String, String> found = new HashMap<>();
            PropertiesFile.parse(FILE, text.toString()).forEach(entry -> found.put(entry.key(), entry.value()));
            assertThat(found)
                    .as("%s", text.toString().replace("\n", "<LF>").replace("\r", "<CR>"))
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldNameTheLineOfABrokenEscape() {
        assertThatThrownBy(() -> PropertiesFile.parse(FILE, "a = 1\nb = \\u00g1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("a.conf:2: \\u00g1 (expected: four hexadecimal digits after \\u)");
    }

    @Test
    void shouldReadUtf8AndSkipAByteOrderMark(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("b.conf"), "\uFEFFname = Z\u00fcrich \u2192");

        assertThat(PropertiesFile.read(file)).containsExactly(new ConfigValue("name", "Z\u00fcrich \u2192", file, 1));
    }

    @Test
    void shouldNameTheLineThatIsNotUtf8(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("b.conf"), "a = 1\nb = \u00e4".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ":2: not UTF-8 (expected: a properties file in UTF-8)");
    }

    @Test
    void shouldNameAFileThatIsNotThere(@TempDir Path folder) {
        assertThatThrownBy(() -> PropertiesFile.read(folder.resolve("none.conf")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none.conf")
                .hasMessageContaining("(expected: a properties file that can be read)");
    }
}

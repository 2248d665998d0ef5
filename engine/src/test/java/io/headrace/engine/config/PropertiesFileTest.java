package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        Path file = latin1(folder, "a = 1\n# caf\u00e9\nb = \u00e4");

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ":3: b: \uFFFD: not UTF-8"
                        + " (expected: a properties file in UTF-8, or escapes such as \\u00e4)");
    }

    @Test
    void shouldPassOverLatin1InComments(@TempDir Path folder) throws IOException {
        Path file = latin1(folder, "# caf\u00e9\na = 1\n! \u00e4\n");

        assertThat(PropertiesFile.read(file)).containsExactly(new ConfigValue("a", "1", file, 2));
    }

    @Test
    void shouldReadEscapesInAnyEncoding(@TempDir Path folder) throws IOException {
        Path file = latin1(folder, "a = caf\\u00e9");

        assertThat(PropertiesFile.read(file)).containsExactly(new ConfigValue("a", "caf\u00e9", file, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void shouldRefuseUtf16ByName(String charset, @TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("b.conf"), "\uFEFFa = 1".getBytes(Charset.forName(charset)));

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ": UTF-16 (expected: a properties file in UTF-8)");
    }

    @Test
    void shouldRefuseABinaryFile(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("b.conf"), new byte[] {0x7f, 'E', 'L', 'F', 0, '\\', 'u'});

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ": a binary file (expected: a properties file in UTF-8)");
    }

    @Test
    void shouldRefuseAHugeFileBeforeItTakesMemory(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("b.conf");
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.position(100L << 30).write(ByteBuffer.wrap(new byte[] {'a'}));
        }

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ": more than 8388608 bytes (expected: a properties file of at most 8 MiB)");
    }

    @Test
    void shouldRefuseAFileWithoutEnd() {
        assumeTrue(Files.exists(Path.of("/dev/zero")));

        assertThatThrownBy(() -> PropertiesFile.read(Path.of("/dev/zero")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("/dev/zero: more than 8388608 bytes");
    }

    @Test
    void shouldNameAFileThatIsNotThere(@TempDir Path folder) {
        Path file = folder.resolve("none.conf");

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ": no such file (expected: a properties file that can be read)");
    }

    @Test
    void shouldRefuseAFolder(@TempDir Path folder) {
        assertThatThrownBy(() -> PropertiesFile.read(folder))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(folder + ": a folder (expected: a properties file that can be read)");
    }

    @Test
    void shouldNameAFileThatItMayNotRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("b.conf"), "a = 1");
        Files.setPosixFilePermissions(file, Set.of());
        assumeFalse(Files.isReadable(file), "root reads everything");

        assertThatThrownBy(() -> PropertiesFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(file + ": permission denied (expected: a properties file that can be read)");
    }

    private static Path latin1(Path folder, String text) throws IOException {
        return Files.write(folder.resolve("b.conf"), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}

package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values at limits, references without end and slips in the built-in components' keys: each is a line, none a crash. */
class HostileConfigurationTest {
    private static final Path FILE = Path.of("a.conf");
    private static final String SOUND = """
            a1.sources = r1
            a1.channels = c1 c2
            a1.sinks = k1 k2
            a1.sources.r1.type = TAILDIR
            a1.sources.r1.channels = c1 c2
            a1.sources.r1.filegroups = logs
            a1.sources.r1.filegroups.logs = /var/log/.*log
            a1.channels.c1.type = file
            a1.channels.c2.type = memory
            a1.sinks.k1.type = logger
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = logger
            a1.sinks.k2.channel = c2
            """;

    record Wait(
            @Setting(key = "wait", byDefault = "1", unit = "s", doc = "Wait.")
            Duration time) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a1.channels.c1.dataDirs = /tmp/\\u0000x|: a path; Nul character not allowed)",
                "a1.channels.c1.checkpointDir = /tmp/\\u0000x|: a path; Nul character not allowed)",
                "a1.channels.c1.fsyncInterval = 9223372036854775|(expected: a time in s from 1 to 3600,",
                "a1.channels.c1.minimumRequiredSpace = 9223372036854775807|(expected: a whole number of bytes from 0 to",
            })
    void shouldRefuseWithTheLine(String line, String message) {
        assertThat(read(line).errors())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .startsWith("a.conf:14: " + line.substring(0, line.indexOf(' ')))
                .contains(message);
    }

    @Test
    void shouldReadTheLongestTimesAsNever() {
        for (String never : new String[] {"9223372036854775807 ms", "9223372036854775", "106751991167d"}) {
            Wait settings = SettingsBinder.bind(Wait.class, Map.of("wait", never));
            assertThat(settings.time()).as(never).isGreaterThan(Duration.ofDays(36_000));
            assertThat(settings.time().toNanos()).as(never).isPositive();
        }
        assertThat(read("a1.sources.r1.idleTimeout = 9223372036854775807").errors())
                .isEmpty();
    }

    @Test
    void shouldRefuseReferencesThatGrowWithoutEnd() {
        StringBuilder keys = new StringBuilder("k0 = aaaaaaaaaaaaaaaa\n");
        for (int i = 1; i <= 40; i++) {
            keys.append("k%d = ${k%d}${k%d}%n".formatted(i, i - 1, i - 1));
        }
        assertThat(read(keys + "a1.sinks.k1.maxBytesToLog = ${k40}").errors())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .contains("a1.sinks.k1.maxBytesToLog: ", "(expected: at most 1048576 characters");
    }

    @Test
    void shouldRefuseALongChainOfReferences() {
        StringBuilder keys = new StringBuilder("k0 = 1\n");
        for (int i = 1; i <= 20_000; i++) {
            keys.append("k%d = ${k%d}%n".formatted(i, i - 1));
        }
        assertThat(read(keys + "a1.sinks.k1.maxBytesToLog = ${k20000}").errors())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .contains("a1.sinks.k1.maxBytesToLog: ", "(expected: at most 100 keys");
        assertThat(read(keys + "a1.sinks.k1.maxBytesToLog = ${k90}").errors()).isEmpty();
    }

    @Test
    @Timeout(20)
    void shouldTellTenThousandMissingReferencesQuickly() {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            keys.append("a1.sinks.k1.key%d = ${nope%d}%n".formatted(i, i));
        }
        assertThat(read(keys.toString()).errors()).hasSize(10_000);
    }

    @Test
    void shouldWarnOfGroupsThatAreNotInTheList() {
        ConfigurationReport report = read(
                "a1.sources.r1.filegroups.log = /b/.*\na1.sources.r1.headers.lags.x = 1\na1.sources.r1.headers.logs.x = 1");
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:14: a1.sources.r1.filegroups.log: not read (expected: log in filegroups = logs;"
                                + " did you mean logs?)",
                        "a.conf:15: a1.sources.r1.headers.lags.x: not read (expected: lags in filegroups = logs;"
                                + " did you mean logs?)");
        assertThat(report.configuration().effective())
                .containsKey("a1.sources.r1.headers.logs.x")
                .doesNotContainKeys("a1.sources.r1.headers.lags.x", "a1.sources.r1.filegroups.log");
    }

    @Test
    void shouldTellEveryWrongChannelOfASelector() {
        assertThat(read("""
                        a1.sources.r1.selector.type = multiplexing
                        a1.sources.r1.selector.header = state
                        a1.sources.r1.selector.mapping.CZ = c1 c8
                        a1.sources.r1.selector.optional.CZ = c7
                        a1.sources.r1.selector.default = c9
                        """).errors())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:16: a1.sources.r1.selector.mapping.CZ: c8: no channel of this source (did you mean c1?)",
                        "a.conf:17: a1.sources.r1.selector.optional.CZ: c7: no channel of this source (did you mean c1?)",
                        "a.conf:18: a1.sources.r1.selector.default: c9: no channel of this source (did you mean c1?)");
    }

    @Test
    void shouldWarnOfQuotes() {
        assertThat(read("""
                        a1.channels.c1.checkpointDir = "/var/c"
                        a1.sources.r1.positionFile = '/var/p.json'
                        a1.sources.r1.headers.logs.x = "y"
                        a1.sources.r1.fileHeaderKey = "
                        """).warnings())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:14: a1.channels.c1.checkpointDir: \"/var/c\": the quotes are part of the value"
                                + " (expected: a value without quotes)",
                        "a.conf:15: a1.sources.r1.positionFile: '/var/p.json': the quotes are part of the value"
                                + " (expected: a value without quotes)",
                        "a.conf:16: a1.sources.r1.headers.logs.x: \"y\": the quotes are part of the value"
                                + " (expected: a value without quotes)");
    }

    @Test
    void shouldSuggestTheAgentsOwnKeys() {
        assertThat(read("a1.sources.r1.Channels = c1\na1.sinks.k1.chanel = c1\na1.sources.r1.selektor.type = x")
                        .warnings())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:14: a1.sources.r1.Channels: unknown key (did you mean channels?)",
                        "a.conf:15: a1.sinks.k1.chanel: unknown key (did you mean channel?)",
                        "a.conf:16: a1.sources.r1.selektor.type: unknown key (did you mean selector.type?)");
    }

    @Test
    void shouldShowNoSecrets() {
        assertThat(SettingsBinder.shown("allow-plain-token", "true")).isEqualTo("true");
        assertThat(SettingsBinder.shown("token-file", "hunter2")).isEqualTo("***");
        assertThat(SettingsBinder.shown("apiKey", "hunter2")).isEqualTo("***");
        assertThat(SettingsBinder.shown("truststore.passphrase", "hunter2")).isEqualTo("***");
        assertThat(SettingsBinder.shown("jaas", "Module required username=\"u\" password=\"hunter2\";"))
                .isEqualTo("***");
        assertThat(SettingsBinder.shown("url", "https://me:hunter2@host/x")).isEqualTo("***");
        assertThat(SettingsBinder.shown("url", "https://host:80/x")).isEqualTo("https://host:80/x");
        assertThat(read("a1.sinks.k1.password = hunter2${").problems())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .doesNotContain("hunter2", "${\n")
                .contains("***");
    }

    private static ConfigurationReport read(String more) {
        return new ConfigurationLoader(ComponentRegistry.load(), name -> null, name -> null, false)
                .readText(FILE, SOUND + more, "a1");
    }
}

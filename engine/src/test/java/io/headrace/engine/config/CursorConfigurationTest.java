package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who takes from which cursor, as it is written. */
class CursorConfigurationTest {
    private static ConfigurationReport read(String channelType, String... lines) {
        return ConfigurationLoader.standard(false)
                .readText(Path.of("a.conf"), """
                        a.sources = r
                        a.channels = c
                        a.sinks = k l
                        a.sources.r.type = seq
                        a.sources.r.channels = c
                        a.sinks.k.type = null
                        a.sinks.k.channel = c
                        a.sinks.l.type = logger
                        a.sinks.l.channel = c
                        a.channels.c.type = %s
                        """.formatted(channelType) + String.join("\n", lines) + "\n", "a");
    }

    @Test
    void shouldReadWhichCursorASinkTakesFrom() {
        ConfigurationReport report = read(
                "file",
                "a.channels.c.dataDirs = /nowhere",
                "a.channels.c.cursors.audit.start = 2026-11-21T08:00:00Z",
                "a.channels.c.cursorExpiry = 1h",
                "a.channels.c.retentionMillis = 1d",
                "a.channels.c.retentionBytes = 1g",
                "a.channels.c.inputExpiry = 60d",
                "a.sinks.l.cursor = audit");
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).as("they do not share").isEmpty();
        assertThat(report.configuration().sinks())
                .extracting(AgentConfiguration.SinkConfiguration::cursor)
                .containsExactly("sinks", "audit");
    }

    @Test
    void shouldRefuseACursorThatIsNotMade() {
        assertThat(read("file", "a.channels.c.cursors.audit.start = oldest", "a.sinks.l.cursor = audti")
                        .errors())
                .singleElement()
                .asString()
                .contains("a.sinks.l.cursor: audti (expected: sinks, or a line a.channels.c.cursors.audti.start =");
        assertThat(read("memory", "a.sinks.l.cursor = audit").errors())
                .singleElement()
                .asString()
                .contains("only a file channel has cursors, c is a memory one");
    }

    @Test
    void shouldRefuseACursorOfAChannelThatDoesNotHaveEverythingInItsLog() {
        for (String type : new String[] {"memory", "dual"}) {
            assertThat(read(type, "a.channels.c.cursors.audit.start = oldest").errors())
                    .singleElement()
                    .asString()
                    .contains("a.channels.c.cursors.audit.start: a " + type + " channel has no cursors")
                    .contains("only that has every event in its log");
        }
    }

    @Test
    void shouldNameAStartThatSaysNothing() {
        assertThat(read("file", "a.channels.c.cursors.audit.start = yesterday").errors())
                .singleElement()
                .asString()
                .contains("cursors.audit.start: yesterday (expected: oldest, latest, a sequence, or a time");
        assertThat(read("file", "a.channels.c.cursors.audit = oldest").errors())
                .singleElement()
                .asString()
                .contains("cursors.audit: oldest (expected: cursors.audit.start = ");
    }

    @Test
    void shouldWarnWhereOnlyReplayingSinksTakeFromAChannel() {
        assertThat(read(
                                "file",
                                "a.channels.c.cursors.audit.start = oldest",
                                "a.sinks.k.cursor = audit",
                                "a.sinks.l.cursor = audit")
                        .warnings())
                .anyMatch(warning -> warning.message().contains("channel c: no sink, it fills up"));
    }
}

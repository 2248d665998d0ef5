package io.headrace.engine.flume;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Flume's tests of reading a configuration ask for. */
class FlumeConfigurationTest {
    private static final String TWO_OF_EACH = """
            a1.sources = s1 s2
            a1.channels = c1 c2
            a1.sinks = k1 k2
            a1.sources.s1.type = seq
            a1.sources.s1.channels = c1
            a1.sources.s2.type = seq
            a1.sources.s2.channels = c2
            a1.channels.c1.type = memory
            a1.channels.c1.capacity = 200
            a1.channels.c2.type = memory
            a1.sinks.k1.type = collect
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = null
            a1.sinks.k2.channel = c2
            """;

    private static String without(String text, String... prefixes) {
        StringBuilder kept = new StringBuilder();
        text.lines().forEach(line -> {
            for (String prefix : prefixes) {
                if (line.startsWith(prefix)) {
                    return;
                }
            }
            kept.append(line).append('\n');
        });
        return kept.toString();
    }

    @Test
    void shouldFindNothingWrongWithASoundConfiguration() {
        ConfigurationReport report = FlumeAgent.read(TWO_OF_EACH);
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void shouldFindEachComponentWithItsTypeAndSettings() {
        AgentConfiguration agent = FlumeAgent.read(TWO_OF_EACH).orThrow();
        assertThat(agent.sources())
                .extracting(source -> source.settings().name())
                .containsExactly("s1", "s2");
        assertThat(agent.sources())
                .extracting(source -> source.settings().type().value())
                .containsExactly("seq", "seq");
        assertThat(agent.channels()).extracting(channel -> channel.name()).containsExactly("c1", "c2");
        assertThat(agent.channels())
                .extracting(channel -> channel.type().value())
                .containsExactly("memory", "memory");
        assertThat(agent.channels().get(0).values())
                .extractingByKey("capacity")
                .extracting(ConfigValue::value)
                .isEqualTo("200");
        assertThat(agent.sinks()).extracting(sink -> sink.settings().name()).containsExactly("k1", "k2");
        assertThat(agent.sinks())
                .extracting(sink -> sink.settings().type().value())
                .containsExactly("collect", "null");
        assertThat(agent.sinks()).extracting(sink -> sink.channel()).containsExactly("c1", "c2");
    }

    @Test
    void shouldTakeAGroupOfOneSinkWithItsProcessor() {
        ConfigurationReport report = FlumeAgent.read(TWO_OF_EACH
                + "a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1\na1.sinkgroups.g1.processor.type = default\n");
        assertThat(report.errors()).isEmpty();
    }

    @Test
    void shouldRefuseAnAgentWithoutChannels() {
        ConfigurationReport report = FlumeAgent.read(TWO_OF_EACH.replace("a1.channels = c1 c2", "a1.channels ="));
        assertThat(report.errors()).isNotEmpty();
        assertThat(report.configuration()).isNull();
    }

    @Test
    void shouldTakeAnAgentWithoutSources() {
        ConfigurationReport report = FlumeAgent.read(without(TWO_OF_EACH, "a1.sources"));
        assertThat(report.errors()).isEmpty();
        assertThat(report.configuration().sinks()).hasSize(2);
    }

    @Test
    void shouldTakeAnAgentWithoutSinks() {
        ConfigurationReport report = FlumeAgent.read(without(TWO_OF_EACH, "a1.sinks"));
        assertThat(report.errors()).isEmpty();
        assertThat(report.configuration().sources()).hasSize(2);
    }

    @Test
    void shouldRefuseAnAgentWithoutSourcesAndSinks() {
        ConfigurationReport report = FlumeAgent.read(
                TWO_OF_EACH.replace("a1.sources = s1 s2", "a1.sources =").replace("a1.sinks = k1 k2", "a1.sinks ="));
        assertThat(report.errors()).isNotEmpty();
        assertThat(report.configuration()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"a1.=something", "a1.something=value"})
    void shouldSayWhereAKeyLeadsNowhere(String line) {
        ConfigurationReport report = FlumeAgent.read(TWO_OF_EACH + line);
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::toString)
                .as(line)
                .anyMatch(warning -> warning.startsWith("a.conf:15: "));
    }

    @Test
    void shouldSayWhatIsWrongWithAChannelThatIsNotDescribed() {
        ConfigurationReport report = FlumeAgent.read("a1.channels = c1\na1.channel.c1 = cc1\n");
        assertThat(report.configuration()).isNull();
        assertThat(report.errors())
                .extracting(ConfigurationProblem::toString)
                .anyMatch(error -> error.startsWith("a.conf:1: a1.channels: c1: not configured"));
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::toString)
                .anyMatch(warning -> warning.contains("a1.channel.c1") && warning.contains("channels"));
    }

    /** Flume leaves the component out and starts the rest; here the start stops, unless it is told to be lenient. */
    @ParameterizedTest
    @CsvSource({
        "a1.sources.s1.batchSize, a1.channels.c1.transactionCapacity 100",
        "a1.sinks.k1.batchSize, a1.channels.c1.transactionCapacity 100"
    })
    void shouldRefuseABatchThatIsLargerThanATransaction(String key, String limit) {
        assertThat(FlumeAgent.read(TWO_OF_EACH + key + " = 100\n").errors()).isEmpty();
        ConfigurationReport report = FlumeAgent.read(TWO_OF_EACH + key + " = 101\n");
        assertThat(report.errors()).singleElement().asString().contains(key + ": 101 (expected: <= " + limit);
    }
}

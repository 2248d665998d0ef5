package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is documented as a key of every component is read of every component. */
class CommonKeysTest {
    @Test
    void shouldBeReadByTheAgent() {
        ConfigurationReport report = ConfigurationLoader.standard(false).readText(Path.of("a.conf"), """
                        a1.sources = r1
                        a1.channels = c1
                        a1.sinks = k1
                        a1.channels.c1.type = memory
                        a1.sources.r1.type = seq
                        a1.sources.r1.channels = c1
                        a1.sources.r1.interceptors = i1
                        a1.sources.r1.interceptors.i1.type = static
                        a1.sources.r1.selector.type = replicating
                        a1.sources.r1.selector.optional = c1
                        a1.sources.r1.maxBackoffSleep = 7
                        a1.sources.r1.backoffSleepIncrement = 1
                        a1.sinks.k1.type = null
                        a1.sinks.k1.channel = c1
                        """, "a1");
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).noneMatch(warning -> warning.message().contains("unknown key"));
        assertThat(report.notices())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:12: a1.sources.r1.backoffSleepIncrement: 1: has no effect (pauses double from 1 ms"
                                + " to maxBackoffSleep)");
        assertThat(report.configuration().sources().get(0).maxBackoffSleep()).isEqualTo(7);
    }
}

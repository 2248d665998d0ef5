package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final ComponentRegistry REGISTRY = ComponentRegistry.load();

    private static final String SPOILT = """
            x.sources = tail in
            x.channels = mem log
            x.sinks = show out
            x.sources.tail.type = TAILDIR
            x.sources.tail.channels = log
            x.sources.tail.filegroups = f
            x.sources.tail.filegroups.f = /var/log/.*log
            x.sources.tail.batchSize = 10
            x.sources.in.type = link
            x.sources.in.channels = log
            x.sources.in.bind = 127.0.0.1
            x.sources.in.port = 1
            x.channels.mem.type = memory
            x.channels.log.type = file
            x.channels.log.dataDirs = /data/log, /data/two
            x.channels.log.checkpointDir = /data/checkpoint
            x.channels.log.transactionCapacity = 2000
            x.channels.log.appender = mapped
            x.channels.log.sync = always
            x.channels.log.cursors.old.start = oldest
            x.sinks.show.type = logger
            x.sinks.show.channel = mem
            x.sinks.out.type = link
            x.sinks.out.channel = log
            x.sinks.out.hostname = far.example
            x.sinks.out.port = 99
            x.sinks.out.window = 64k
            x.sinks.out.batch-size = 500
            """;

    @Test
    void shouldBeginWithTheDefaultsWithoutAConfiguration() {
        Pipeline usual = Pipeline.usual(REGISTRY);
        assertThat(usual.baseline().values().keySet()).containsExactly(Knob.values());
        assertThat(usual.baseline()).isEqualTo(usual.defaults(REGISTRY));
        assertThat(usual.hasLog()).isTrue();
        assertThat(usual.sync()).isEqualTo("always");
        assertThat(usual.channelSetting("capacity")).isEqualTo("1000000");
        assertThat(usual.properties(Map.of(Knob.WINDOW, "1"))).containsExactly(Map.entry("a1.sinks.k1.window", "1"));
    }

    @Test
    void shouldTuneTheLinkOfAConfigurationUnderItsNames() {
        Pipeline pipeline = of(SPOILT);
        assertThat(pipeline.baseline().value(Knob.BATCH)).isEqualTo("10");
        assertThat(pipeline.baseline().value(Knob.APPENDER)).isEqualTo("mapped");
        assertThat(pipeline.baseline().value(Knob.WINDOW)).isEqualTo("65536");
        assertThat(pipeline.sources()).as("a source link has no batch size").containsExactly("tail");
        assertThat(pipeline.dataFolder()).isEqualTo(Path.of("/data/log"));
        assertThat(pipeline.properties(pipeline.defaults(REGISTRY).differencesFrom(pipeline.baseline())))
                .isEqualTo(Map.of(
                        "x.sources.tail.batchSize", "1000",
                        "x.channels.log.appender", "auto",
                        "x.sinks.out.window", "33554432"));
    }

    @Test
    void shouldTryWhatIsInUseAndNothingThatTheConfigurationRefuses() {
        SearchSpace space =
                of(SPOILT.replace("window = 64k", "window = 100000")).space(2, REGISTRY);
        assertThat(space.values(Knob.WINDOW)).containsSubsequence("65536", "100000", "262144");
        assertThat(space.values(Knob.BATCH)).as("of 2,000 at most").containsExactly("10", "100", "300", "1000");
        assertThat(space.values(Knob.WAIT_STRATEGY)).containsExactly("blocking", "adaptive");
        assertThat(of(SPOILT).space(8, REGISTRY).values(Knob.WAIT_STRATEGY)).contains("yield", "spin");
    }

    /** The search begins with them, and goes on from there to the values beside. */
    @Test
    void shouldTryTheDefaultsWithinWhatTheConfigurationAllows() {
        Pipeline small = of(SPOILT.replace("transactionCapacity = 2000", "transactionCapacity = 500"));
        assertThat(small.defaults(REGISTRY).value(Knob.BATCH)).isEqualTo("500");
        assertThat(small.space(2, REGISTRY).values(Knob.BATCH)).containsExactly("10", "100", "300", "500");
        for (Pipeline pipeline : List.of(small, of(SPOILT), Pipeline.usual(REGISTRY))) {
            SearchSpace space = pipeline.space(2, REGISTRY);
            pipeline.defaults(REGISTRY).values().forEach((knob, value) -> assertThat(space.values(knob))
                    .as(knob.label())
                    .contains(value));
        }
    }

    @Test
    void shouldMakeTrialsThatLeaveTheConfigurationsFoldersAndPeersAlone() {
        Pipeline pipeline = of(SPOILT);
        String text = pipeline.trial(pipeline.baseline(), Path.of("/tmp/trial"), "127.0.0.1", 4711);
        assertThat(text)
                .contains("trial.channels.c.dataDirs = /tmp/trial\n", "trial.channels.c.appender = mapped\n")
                .contains("trial.channels.c.sync = always\n", "trial.channels.c.transactionCapacity = 2000\n")
                .contains("trial.sinks.k.port = 4711\n", "trial.sinks.k.batch-size = 500\n")
                .contains("trial.sources.load.batchSize = 10\n")
                .doesNotContain("/data/", "far.example", "cursors", "checkpointDir");
    }

    /** Whatever is tried, the configuration of its trial, and with it the recommendation, has only keys that are read. */
    @Test
    void shouldTryOnlySettingsThatThereAre() {
        Random random = new Random(7);
        Load load = new Load(100, 0);
        for (Pipeline pipeline : List.of(Pipeline.usual(REGISTRY), of(SPOILT))) {
            SearchSpace space = pipeline.space(8, REGISTRY);
            for (int i = 0; i < 30; i++) {
                Candidate candidate = space.sample(random);
                ConfigurationReport report = ConfigurationLoader.standard(
                                REGISTRY.with(new LoadSource.Provider(load)), false)
                        .readText(
                                Path.of("trial"),
                                pipeline.trial(candidate, Path.of("/tmp/trial"), "127.0.0.1", 4711),
                                Pipeline.TRIAL);
                assertThat(report.isUsable()).as("%s", report.problems()).isTrue();
                assertThat(report.warnings()).isEmpty();
                candidate.values().forEach((knob, value) -> assertThat(
                                report.configuration().effective())
                        .containsEntry(
                                Pipeline.TRIAL
                                        + switch (knob.component()) {
                                            case SOURCE -> ".sources.load.";
                                            case CHANNEL -> ".channels.c.";
                                            default -> ".sinks.k.";
                                        }
                                        + knob.key(),
                                value));
            }
        }
    }

    @Test
    void shouldTuneAChannelWithoutALinkAlone() {
        Pipeline pipeline = of("""
                y.sources = in
                y.channels = c
                y.sinks = roll
                y.sources.in.type = link
                y.sources.in.channels = c
                y.sources.in.bind = 127.0.0.1
                y.sources.in.port = 1
                y.channels.c.type = memory
                y.sinks.roll.type = file_roll
                y.sinks.roll.channel = c
                y.sinks.roll.sink.directory = /var/out
                """);
        assertThat(pipeline.link()).isFalse();
        assertThat(pipeline.hasLog()).isFalse();
        assertThat(pipeline.baseline().values().keySet()).containsExactly(Knob.FRAME_BYTES, Knob.WAIT_STRATEGY);
        assertThat(pipeline.trial(pipeline.baseline(), Path.of("/t"), null, 0))
                .contains("trial.sinks.k.type = " + CountingSink.ALIAS)
                .doesNotContain("dataDirs", "/var/out");
    }

    @Test
    void shouldRefuseAConfigurationWithoutASink() {
        String text = """
                z.sources = s
                z.channels = c
                z.sources.s.type = seq
                z.sources.s.channels = c
                z.channels.c.type = memory
                """;
        assertThatThrownBy(() -> of(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("z.sinks: none");
    }

    private static Pipeline of(String text) {
        String agent = text.substring(0, text.indexOf('.'));
        return Pipeline.of(
                ConfigurationLoader.standard(REGISTRY, false)
                        .readText(Path.of("test"), text, agent)
                        .orThrow(),
                REGISTRY);
    }
}

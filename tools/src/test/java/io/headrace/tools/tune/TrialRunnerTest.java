package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.tools.StorageOf;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials: real agents, a real log, real sockets. */
class TrialRunnerTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final int SIZE = 200;
    private static final ComponentRegistry REGISTRY = ComponentRegistry.load();

    @TempDir
    private Path parent;

    @Test
    void shouldMeasureAPipelineOverTheLinkAndTheLine() throws IOException {
        Pipeline pipeline = Pipeline.usual(REGISTRY);
        FileStorage storage = new FileStorage();
        try (TuneFolder folder = TuneFolder.open(parent, 1, StorageOf.fileSystem("ext4", 1L << 40));
                FarEnd far = FarEnd.start("127.0.0.1", 0)) {
            TrialRunner runner = new TrialRunner(
                    pipeline, REGISTRY, storage, folder, "127.0.0.1", far.port(), far::events, SIZE, () -> false);
            Trial full = runner.run(pipeline.baseline(), 0, SHORT, "full");
            assertThat(full.failure()).isNull();
            assertThat(full.events()).isPositive();
            assertThat(far.events()).isGreaterThanOrEqualTo(full.events());
            assertThat(full.appender()).isIn("direct", "positional");
            assertThat(full.processors()).isBetween(0.0, 1.0);
            assertThat(full.logWait()).isPositive().isLessThanOrEqualTo(1);

            Trial paced = runner.run(pipeline.baseline().with(Knob.CONNECTIONS, "2"), 2_000, SHORT, "paced");
            assertThat(paced.failure()).isNull();
            assertThat(paced.p99Micros())
                    .isGreaterThanOrEqualTo(paced.p50Micros())
                    .isPositive();

            Trial refused = runner.run(pipeline.baseline().with(Knob.APPENDER, "none"), 0, SHORT, "refused");
            assertThat(refused.works()).isFalse();
            assertThat(refused.failure()).contains("appender: none");

            BareLine.Speed line = BareLine.measure("127.0.0.1", far.linePort(), () -> false);
            assertThat(line.bytesPerSecond()).isPositive();
            assertThat(line.roundTripMicros()).isPositive();
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void shouldMeasureAChannelInMemoryWithoutALink() throws IOException {
        String text = """
                m.channels = c
                m.sinks = k
                m.channels.c.type = memory
                m.sinks.k.type = null
                m.sinks.k.channel = c
                """;
        Pipeline pipeline = Pipeline.of(
                ConfigurationLoader.standard(REGISTRY, true)
                        .readText(Path.of("test"), text, "m")
                        .orThrow(),
                REGISTRY);
        try (TuneFolder folder = TuneFolder.open(parent, 1, StorageOf.fileSystem("ext4", 1L << 40))) {
            Trial trial = new TrialRunner(
                            pipeline, REGISTRY, new FileStorage(), folder, null, 0, null, SIZE, () -> false)
                    .run(pipeline.baseline(), 0, SHORT, "memory");
            assertThat(trial.failure()).isNull();
            assertThat(trial.events()).isPositive();
            assertThat(trial.logBytesPerSecond()).isZero();
        }
    }

    @Test
    void shouldEndAtOnceWhenItIsStopped() throws IOException {
        Pipeline pipeline = Pipeline.usual(REGISTRY);
        try (TuneFolder folder = TuneFolder.open(parent, 1, StorageOf.fileSystem("ext4", 1L << 40))) {
            // Nobody listens at port 1: without the stop this would wait for seconds.
            Trial trial = new TrialRunner(
                            pipeline, REGISTRY, new FileStorage(), folder, "127.0.0.1", 1, null, SIZE, () -> true)
                    .run(pipeline.baseline(), 0, Duration.ofHours(1), "stopped");
            assertThat(trial.works()).isFalse();
        }
        assertThat(parent).isEmptyDirectory();
    }
}

package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.FrameCompression;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CompressionSettingsTest {
    @Test
    void shouldBeTakenByEverySource() {
        ConfigurationReport report = read("compression = zstd", "compressionLevel = 3");
        assertThat(report.problems()).isEmpty();
        CompressionSettings settings = report.configuration().sources().get(0).compression();
        assertThat(settings).isEqualTo(new CompressionSettings(FrameCompression.ZSTD, 3));
        assertThat(settings.newCompressor()).isNotNull();
        assertThat(report.configuration().effective())
                .containsEntry("a1.sources.r1.compression", "zstd")
                .containsEntry("a1.sources.r1.compressionLevel", "3");
    }

    @Test
    void shouldBeNoneWhereNothingIsSaid() {
        CompressionSettings settings = read().configuration().sources().get(0).compression();
        assertThat(settings).isEqualTo(CompressionSettings.NONE);
        assertThat(settings.newCompressor()).isNull();
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        assertThat(read("compression = gzip").errors())
                .extracting(Object::toString)
                .containsExactly("a.conf:6: a1.sources.r1.compression: gzip (expected: one of none, zstd)");
        assertThat(read("compression = zstd", "compressionLevel = 20").errors())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:7: a1.sources.r1.compressionLevel: 20 (expected: a whole number from 1 to 19)");
    }

    @Test
    void shouldWarnOfALevelOfNothing() {
        assertThat(read("compressionLevel = 3").warnings())
                .extracting(Object::toString)
                .containsExactly("a.conf:6: a1.sources.r1.compressionLevel: 3: has no effect (expected:"
                        + " compression = zstd with it)");
    }

    private static ConfigurationReport read(String... lines) {
        StringBuilder text = new StringBuilder("""
                a1.sources = r1
                a1.channels = c1
                a1.channels.c1.type = memory
                a1.sources.r1.type = seq
                a1.sources.r1.channels = c1
                """);
        for (String line : lines) {
            text.append("a1.sources.r1.").append(line).append('\n');
        }
        text.append("a1.sinks = k1\na1.sinks.k1.type = null\na1.sinks.k1.channel = c1\n");
        return ConfigurationLoader.standard(false).readText(Path.of("a.conf"), text.toString(), "a1");
    }
}

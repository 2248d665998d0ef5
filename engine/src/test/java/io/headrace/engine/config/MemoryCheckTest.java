package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The memory of all parts beside that of the process: this one has 1 GiB of heap, hence 64 MiB of frames that are built. */
class MemoryCheckTest {
    private static final Path FILE = Path.of("a.conf");
    private static final long MIB = 1024 * 1024;

    private static final String TWO = """
            a1.sources = r1
            a1.channels = c1 c2
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1 c2
            a1.channels.c1.type = memory
            a1.channels.c2.type = memory
            a1.sinks = k1 k2
            a1.sinks.k1.type = null
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = null
            a1.sinks.k2.channel = c2
            """;

    @Test
    void shouldSayNothingWhereAllFits() {
        ConfigurationReport report = read(TWO, 1024);
        assertThat(report.problems()).isEmpty();
        assertThat(report.configuration().effective()).containsEntry("a1.channels.c1.byteCapacity", "67108864");
    }

    @Test
    void shouldLowerDefaultsThatDoNotFitAndSayHowMuchIsWhose() {
        ConfigurationReport report = read(TWO, 200);
        assertThat(report.isFlawless()).isTrue();
        // 160 without 64 and 16.
        String lowered = Long.toString(40 * MIB);
        assertThat(report.configuration().effective())
                .containsEntry("a1.channels.c1.byteCapacity", lowered)
                .containsEntry("a1.channels.c2.byteCapacity", lowered);
        assertThat(report.configuration().channels())
                .allSatisfy(channel ->
                        assertThat(channel.values().get("byteCapacity").value()).isEqualTo(lowered));
        assertThat(report.notices())
                .hasSize(2)
                .first()
                .asString()
                .isEqualTo("a.conf:5: a1.channels.c1.byteCapacity: 41943040, not 67108864, the default, so that all"
                        + " fits (MiB: a1.channels.c1.byteCapacity 40.0, a1.channels.c2.byteCapacity 40.0, logs and"
                        + " cursors 0.0, frames that are built 64.0, a largest event 16.0, a fifth for parts of blocks:"
                        + " 200.0 outside the heap)");
    }

    @Test
    void shouldRefuseWrittenValuesThatDoNotFit() {
        ConfigurationReport report = read(TWO + "a1.channels.c2.byteCapacity = 100m\n", 200);
        assertThat(report.errors())
                .singleElement()
                .asString()
                .startsWith("a.conf:12: a1.channels.c2.byteCapacity: 104857600: the agent may run out of memory"
                        + " (expected: less in byteCapacity and receiveBytes, or a larger -XX:MaxDirectMemorySize, or"
                        + " -Xmx without it, ")
                .contains("a1.channels.c1.byteCapacity 4.0, a1.channels.c2.byteCapacity 100.0, ");
    }

    @Test
    void shouldOnlyWarnWhereNoValueWouldHelpOrBrokenPartsAreLeftOut() {
        assertThat(read(TWO + "a1.channels.c2.byteCapacity = 1m\n", 90).warnings())
                .singleElement()
                .asString()
                .contains("may run out of memory");
        ConfigurationReport lenient =
                loader(true).withMemory(200 * MIB).readText(FILE, TWO + "a1.channels.c2.byteCapacity = 100m\n", "a1");
        assertThat(lenient.isUsable()).isTrue();
        assertThat(lenient.warnings()).singleElement().asString().contains("may run out of memory");
    }

    @Test
    void shouldGiveWhatIsLeftToAChannelWithoutABoundAndWarn() {
        ConfigurationReport report = read(TWO + "a1.channels.c2.byteCapacity = 0\n", 300);
        assertThat(report.warnings())
                .singleElement()
                .asString()
                .startsWith("a.conf:12: a1.channels.c2.byteCapacity: 0: 96.0 MiB, all that is left (");
        assertThat(report.configuration().effective())
                .containsEntry("a1.channels.c2.byteCapacity", Long.toString(96 * MIB))
                .containsEntry("a1.channels.c1.byteCapacity", Long.toString(64 * MIB));
    }

    @Test
    void shouldCountWhatALogTakes() {
        String log = TWO.replace("c1.type = memory", "c1.type = file")
                + "a1.channels.c1.groupBytes = 1m\na1.channels.c1.dataDirs = /nowhere\n"
                + "a1.channels.c1.cursors.audit.start = oldest\n";
        assertThat(read(log, 200).notices()).first().asString().contains("logs and cursors 20.0, ");
    }

    private static ConfigurationReport read(String text, long mib) {
        return loader(false).withMemory(mib * MIB).readText(FILE, text, "a1");
    }

    private static ConfigurationLoader loader(boolean lenient) {
        return new ConfigurationLoader(ComponentRegistry.load(), name -> null, name -> null, lenient);
    }
}

package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ComponentsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldListAllComponents() {
        assertThat(run()).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains(
                        "Sources\n",
                        "  TAILDIR ",
                        "Channels\n",
                        "  dual (SPILLABLEMEMORY)  ",
                        "Sinks\n",
                        "  file_roll ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldShowKeysWithTypeUnitDefaultRangeAndMeaning() {
        assertThat(run("file_roll")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("sink file_roll\n")
                .contains(
                        "  Other names: org.apache.flume.sink.RollingFileSink\n",
                        "  Written as: AGENT.sinks.NAME.KEY = VALUE\n",
                        "  sink.directory: text; required\n      ",
                        "  sink.rollInterval: time in s (or with ms, s, m, h, d), at least 0; default 30\n      ",
                        "  sink.pathManager: default or rolltime; default default\n",
                        "  sink.serializer: name or class of a serializer; default text\n",
                        "Keys of every sink:\n",
                        "  channel: text; required\n");
    }

    @Test
    void shouldSetApartKeysWithoutEffectAndSayWhy() {
        assertThat(run("file")).isEqualTo(ExitCode.OK);
        String[] parts = out.toString().split("Taken for Flume's sake, without effect:");
        assertThat(parts).hasSize(2);
        assertThat(parts[0]).contains("  capacity: ").doesNotContain("use-fast-replay");
        assertThat(parts[1]).containsPattern("  use-fast-replay: \\w+").doesNotContain("  capacity: ");
    }

    @Test
    void shouldShowAllKindsOfANameUnlessTheKindIsGiven() {
        assertThat(run("link")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("source link\n", "sink link\n");
        out.getBuffer().setLength(0);
        for (String kind : new String[] {"sink", "SINKS"}) {
            assertThat(run(kind, "link")).isEqualTo(ExitCode.OK);
            assertThat(out.toString()).contains("sink link\n").doesNotContain("source link\n");
        }
        out.getBuffer().setLength(0);
        assertThat(run("sinks")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("  logger ").doesNotContain("TAILDIR");
    }

    @Test
    void shouldFindAComponentByFlumesNames() {
        for (String name : new String[] {"taildir", "spillablememory", "org.apache.flume.sink.LoggerSink"}) {
            out.getBuffer().setLength(0);
            assertThat(run(name)).as(name).isEqualTo(ExitCode.OK);
            assertThat(out.toString().toLowerCase(java.util.Locale.ROOT))
                    .contains(name.toLowerCase(java.util.Locale.ROOT));
        }
    }

    @Test
    void shouldNameTheNearestOfAnUnknownOne() {
        assertThat(run("taildri")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("headrace: help components: taildri (expected: one of ")
                .endsWith("; did you mean TAILDIR?)" + System.lineSeparator());
        err.getBuffer().setLength(0);
        assertThat(run("channel", "logger")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("logger (expected: one of ").doesNotContain("file_roll");
        err.getBuffer().setLength(0);
        assertThat(run("valve", "logger")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("valve (expected: source, channel, ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldWriteJsonAndMarkdown() {
        assertThat(run("seq", "--json")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("{")
                .contains(
                        "\"kind\" : \"source\"",
                        "\"key\" : \"batchSize\"",
                        "\"max\" : 1000000",
                        "\"unit\" : \"events\"");
        out.getBuffer().setLength(0);
        assertThat(run("--markdown")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("# Components\n").contains("### sink file_roll\n", "| `capacity` | ");
        assertThat(run("--markdown", "--json")).isEqualTo(ExitCode.USAGE);
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "help";
        all[1] = "components";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }
}

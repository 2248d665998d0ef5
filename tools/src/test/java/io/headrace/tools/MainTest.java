package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldSayVersionJavaAndSystem() {
        assertThat(run("version")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("headrace ")
                .contains("java " + System.getProperty("java.version"))
                .contains(System.getProperty("os.name"));
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"No space left on device, headrace: standard output: No space left on device", "Broken pipe, ''"})
    void shouldFailWhenItsResultCannotBeWritten(String failure, String message) {
        StandardOutput full = new StandardOutput(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(failure);
            }
        });
        assertThat(Main.run(full, new PrintWriter(err, true), "completion")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().strip()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({"cat, HEALTHY, 1", "check, HEALTHY, 1", "check, CORRUPTED, 2"})
    void shouldSayThatWhatItFoundInALogCannotBeWritten(String command, WalFolderKind kind, int code)
            throws IOException {
        StandardOutput full = new StandardOutput(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        Path log = kind.make(folder.resolve("log")).log();
        assertThat(Main.run(full, new PrintWriter(err, true), "wal", command, log.toString()))
                .isEqualTo(code);
        assertThat(err.toString().strip()).isEqualTo("headrace: standard output: No space left on device");
    }

    @Test
    void shouldSayThatAFileMustNotBeRead() {
        assertThat(Main.describe(new AccessDeniedException("/log/lock"))).isEqualTo("/log/lock: permission denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "quickstart", "generate", "validate", "wal"})
    void shouldTeachEachCommandWithExamples(String command) {
        assertThat(run(command, "--help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Usage: headrace " + command, "Examples:", "  headrace " + command + " ");
        String help = out.toString();
        out.getBuffer().setLength(0);
        assertThat(run("help", command)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).isEqualTo(help);
    }

    @Test
    void shouldShowWhatThereIsWhenAskedForNothing() {
        assertThat(run()).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("quickstart", "agent", "validate", "generate", "Exit codes");
    }

    @Test
    void shouldExplainWhatItDoesNotUnderstand() {
        assertThat(run("agnet")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("agnet", "agent", "headrace --help");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--lines=many", "--bytes=5", "--rate=-1", "--lnes=5"})
    void shouldRefuseWrongOptions(String option) {
        assertThat(run("generate", option)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(option.substring(0, 5)).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--kill=everybody", "--kills=-1", "--lines=0", "--channel=jdbc"})
    void shouldRefuseAQuickstartThatMakesNoSense(String option) {
        assertThat(run("quickstart", "--dir", folder.toString(), option)).isEqualTo(ExitCode.USAGE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldRefuseAMissingInputBeforeAnythingStarts() {
        assertThat(run(
                        "quickstart",
                        "--dir",
                        folder.toString(),
                        folder.resolve("none.log").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("none.log: no such file");
        assertThat(run("quickstart", "--dir", folder.toString(), folder.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("not a regular file");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b", "a #b", "${a}"})
    void shouldRefuseAFolderThatCannotStandInAConfiguration(String name) {
        assertThat(run("quickstart", "--dir", folder.resolve(name).toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("cannot stand in a configuration");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldGenerateIntoAFile() throws IOException {
        Path file = folder.resolve("a file.log");
        assertThat(run("generate", "--lines", "10", "--out", file.toString())).isEqualTo(ExitCode.OK);
        assertThat(Files.size(file)).isEqualTo(1280);
        assertThat(run("generate", "--lines", "10", "--append", "--out", file.toString()))
                .isEqualTo(ExitCode.OK);
        assertThat(Files.size(file)).isEqualTo(2560);
    }

    @Test
    void shouldShowAStackTraceOnlyWhenAskedTo() {
        String nowhere = folder.resolve("none/file.log").toString();
        assertThat(run("generate", "--out", nowhere)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("none/file.log").doesNotContain("\tat ");
        assertThat(run("generate", "--debug", "--out", nowhere)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("\tat ");
    }

    @Test
    void shouldRefuseAnAgentWithoutNameOrFile() {
        assertThat(run("agent", "-f", "x.properties")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--name");
        assertThat(run("agent", "-n", "a1")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--conf-file");
    }

    /** Flume refuses this, too, also where there is only one: which one runs is not left to what a file holds. */
    @Test
    void shouldNameTheAgentsOfTheFilesWhereNoneIsNamed() throws IOException {
        String one = configuration("a1.sinks.k1.type = null");
        assertThat(run("agent", "-f", one)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("headrace: --name: missing (expected: -n a1, the agent in " + one + ")")
                .contains("Try: headrace agent --help");
        err.getBuffer().setLength(0);
        String two = Files.writeString(
                        folder.resolve("two"),
                        "b.channels = c\nb.channels.c.type = memory\na.channels = c\na.channels.c.type = memory\n")
                .toString();
        assertThat(run("agent", "-f", one, "-f", two)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("headrace: --name: missing (expected: -n and one of a, a1, b, the agents in " + one + ", "
                        + two + ")");
        err.getBuffer().setLength(0);
        assertThat(run("agent", "-f", folder.resolve("none").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("none: error: no such file", "--name: missing (expected: -n NAME");
        err.getBuffer().setLength(0);
        assertThat(run("agent")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).startsWith("headrace: --conf-file: missing (expected: -n NAME -f FILE)");
        assertThat(out.toString()).isEmpty();
    }

    /** What somebody new reads first: what is needed before what is possible. */
    @ParameterizedTest
    @CsvSource({
        "agent, Usage: headrace agent -n NAME -f FILE [OPTIONS]",
        "tune, Usage: headrace tune [OPTIONS]",
        "bench channel, Usage: headrace bench channel [OPTIONS]",
        "wal status, Usage: headrace wal status [OPTIONS] DIR"
    })
    void shouldBeginItsHelpWithWhatIsNeeded(String command, String usage) {
        String[] words = (command + " --help").split(" ");
        assertThat(run(words)).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines().findFirst()).contains(usage);
    }

    @Test
    void shouldHelpWithACommandBelowAnother() {
        assertThat(run("wal", "status", "--help")).isEqualTo(ExitCode.OK);
        String help = out.toString();
        out.getBuffer().setLength(0);
        assertThat(run("help", "wal", "status")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).isEqualTo(help);
        assertThat(run("help", "wal", "stats")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("help: wal stats (expected: one of status, check, cat, export, repair, cursors)");
    }

    /** In a list, one sentence says what a command is for. */
    @ParameterizedTest
    @ValueSource(strings = {"--help", "wal --help", "bench --help"})
    void shouldListEachCommandInTwoLinesAtMost(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(ExitCode.OK);
        String help = out.toString();
        String list = help.substring(help.indexOf("Commands:\n") + 10, help.indexOf("\nExamples:"));
        assertThat(list.split("\n(?=  \\w)"))
                .hasSizeGreaterThan(3)
                .allSatisfy(each -> assertThat(each.strip().lines()).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void shouldTakeAConfigurationByItsUriAsFlumeDoes() throws IOException {
        String file = configuration("a1.sinks.k1.type = null");
        String relative = "file:" + Path.of("").toAbsolutePath().relativize(Path.of(file));
        for (String uri : new String[] {Path.of(file).toUri().toString(), file, relative}) {
            assertThat(run("agent", "-n", "a1", "-u", uri, "--dryrun"))
                    .as(err::toString)
                    .isEqualTo(ExitCode.OK);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--conf-uri=http://localhost/a",
                "--conf-uri=https://localhost/a",
                "--conf-uri=classpath:a",
                "--conf-uri=zk:a/b",
                "--zkConnString=localhost",
                "--zkBasePath=/flume",
                "--conf-provider=x",
                "--auth-provider=x"
            })
    void shouldRefuseAConfigurationThatIsNotInAFile(String option) throws IOException {
        String file = configuration("a1.sinks.k1.type = null");
        assertThat(run("agent", "-n", "a1", "-f", file, option, "--dryrun")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("headrace: " + option.replaceFirst("=", ": "))
                .contains("(expected: -f FILE; configurations are read from files only)")
                .hasLineCount(1);
    }

    @Test
    void shouldSayWhichOfFlumesFlagsChangeNothing() throws IOException {
        Files.createFile(folder.resolve("log4j2.xml"));
        String file = configuration("a1.sinks.k1.type = null");
        assertThat(run(
                        "agent",
                        "-n",
                        "a1",
                        "-f",
                        file,
                        "-i",
                        "30",
                        "-b",
                        "/x",
                        "-c",
                        folder.toString(),
                        "--no-reload-conf",
                        "-d"))
                .isEqualTo(ExitCode.OK);
        assertThat(err.toString())
                .contains(folder + "/log4j2.xml changes nothing")
                .contains("--poll-interval: 30 changes nothing", "--backup-directory: /x changes nothing")
                .doesNotContain("--no-reload-conf");
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void shouldRefuseALogLevelThatIsNone() throws IOException {
        String file = configuration("a1.sinks.k1.type = null");
        try {
            assertThat(run("agent", "-n", "a1", "-f", file, "-Dflume.root.logger=LOUD,console"))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(err.toString()).contains("-Dflume.root.logger: LOUD,console (expected: LEVEL,console");
        } finally {
            System.clearProperty("flume.root.logger");
        }
    }

    @Test
    void shouldPrintWhatMakesShellsCompleteCommands() {
        assertThat(run("completion")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("complete -F", "headrace", "quickstart", "--metrics-port");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldCheckAConfigurationAndStartNothing() throws IOException {
        String file = configuration("a1.sinks.k1.type = logger");
        assertThat(run("agent", "-n", "a1", "-c", folder.toString(), "-f", file, "--dryrun", "--no-reload-conf"))
                .as(err::toString)
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString()).isEqualTo("a1: can be used (1 source, 1 channel, 1 sink)" + System.lineSeparator());
        assertThat(run("validate", file)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("a1: can be used (1 source, 1 channel, 1 sink)");
        assertThat(run("validate", "--settings", file)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("a1.channels.c1.capacity = ");
    }

    @Test
    void shouldNameFileLineKeyAndExpectationOfAWrongConfiguration() throws IOException {
        String file = configuration("a1.sinks.k1.type = lumberjack");
        String error = file + ":7: error: a1.sinks.k1.type: lumberjack (expected: ";
        assertThat(run("agent", "-n", "a1", "-f", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).startsWith(error);
        assertThat(out.toString()).isEmpty();
        assertThat(run("validate", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString()).startsWith(error);
    }

    @Test
    void shouldRefuseAConfigurationThatIsNotThereOrHasNoAgent() throws IOException {
        assertThat(run("validate", folder.resolve("none").toString())).isEqualTo(ExitCode.CONFIGURATION);
        Path empty = Files.writeString(folder.resolve("empty"), "# nothing\n");
        assertThat(run("validate", empty.toString())).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString())
                .contains("none: error: no such file (expected: ")
                .contains("no agent (expected: ");
        assertThat(run("validate", "-n", "a2", configuration("a1.sinks.k1.type = null")))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString()).contains("agent: a2 (expected: one of a1").contains("did you mean a1?");
    }

    @Test
    void shouldRefuseWarningsOnlyWhenStrict() throws IOException {
        String file = configuration("a1.sinks.k1.type = logger\na1.sinks.k1.batchsize = 5");
        String warning = file + ":8: warning: a1.sinks.k1.batchsize: unknown key";

        assertThat(run("validate", file)).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith(warning)
                .contains("a1: can be used (1 source, 1 channel, 1 sink, 1 warning)");
        assertThat(run("validate", "--strict", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString())
                .startsWith(warning)
                .contains("a1: cannot be used (1 source, 1 channel, 1 sink, 1 warning with --strict)");
        assertThat(run("agent", "-n", "a1", "-f", file, "--strict", "--dryrun")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run("validate", "--strict", "--lenient", file)).isEqualTo(ExitCode.USAGE);
        assertThat(run("agent", "-n", "a1", "-f", file, "--strict", "--lenient"))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    @Timeout(60)
    void shouldStartNothingWhenTheConfigurationIsBrokenOrNotStrict() throws IOException {
        Path data = folder.resolve("data");
        String channel = "a1.channels.c1.type = file\na1.channels.c1.dataDirs = " + data + "\n";
        String broken = configuration(channel + "a1.sinks.k1.type = lumberjack");

        assertThat(run("agent", "-n", "a1", "-f", broken)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).contains("a1: cannot be used (1 error, 1 warning)");

        String doubtful = configuration(channel + "a1.sinks.k1.type = null");
        assertThat(run("agent", "-n", "a1", "-f", doubtful, "--strict")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).contains("1 warning with --strict");
        assertThat(data).doesNotExist();
    }

    @Test
    void shouldNotRefuseKeysWithoutEffectWhenStrict() throws IOException {
        String file = configuration("a1.channels.c1.byteCapacityBufferPercentage = 20\na1.sinks.k1.type = logger");

        assertThat(run("validate", "--strict", file)).as(out::toString).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains(":7: note: a1.channels.c1.byteCapacityBufferPercentage: 20: has no effect");
    }

    @Test
    void shouldRefuseMoreMemoryThanThereIsWhoeverChecks() throws IOException {
        String file = configuration("a1.channels.c1.byteCapacity = 100g\na1.sinks.k1.type = null");
        String error = ":7: error: a1.channels.c1.byteCapacity: 107374182400: the agent may run out of memory";

        assertThat(run("validate", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString()).containsOnlyOnce(error);
        assertThat(run("agent", "-n", "a1", "-f", file, "--dryrun")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run("agent", "-n", "a1", "-f", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).containsOnlyOnce(error);
    }

    @Test
    void shouldTellOnceWhatConcernsTheFilesOfSeveralAgents() throws IOException {
        String one = Files.readString(Path.of(configuration("a1.sinks.k1.type = null\na1.sinks.k1.type = logger")));
        Path both = Files.writeString(folder.resolve("both.properties"), one + one.replace("a1.", "b1."));

        assertThat(run("validate", both.toString())).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines())
                .hasSize(4)
                .contains("a1: can be used (1 source, 1 channel, 1 sink, 2 warnings)")
                .contains("b1: can be used (1 source, 1 channel, 1 sink, 2 warnings)");
    }

    @Test
    void shouldMergeFilesInOrder() throws IOException {
        String base = configuration("a1.sinks.k1.type = lumberjack");
        String site = Files.writeString(folder.resolve("site.properties"), "\na1.sinks.k1.type = logger # here\n")
                .toString();

        assertThat(run("validate", base, site)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith(site + ":2: warning: a1.sinks.k1.type: logger # here: read as logger");
        assertThat(run("validate", site, base)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run("agent", "-n", "a1", "-f", base, "-f", site, "--dryrun")).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--metrics-port=70000", "--metrics-port=http", "--drain=-1"})
    void shouldRefuseAnAgentThatMakesNoSense(String option) throws IOException {
        String file = configuration("a1.sinks.k1.type = null");
        assertThat(run("agent", "-n", "a1", "-f", file, option)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(option.substring(0, option.indexOf('=')));
    }

    private String configuration(String sinkType) throws IOException {
        return Files.writeString(folder.resolve("a1.properties"), """
                        a1.sources = r1
                        a1.channels = c1
                        a1.sinks = k1
                        a1.sources.r1.type = seq
                        a1.sources.r1.channels = c1
                        a1.channels.c1.type = memory
                        %s
                        a1.sinks.k1.channel = c1
                        """.formatted(sinkType))
                .toString();
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}

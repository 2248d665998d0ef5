package io.headrace.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.tools.ExitCode;
import io.headrace.tools.launcher.LauncherSandbox.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code bin/headrace} and {@code bin/flume-ng} of a distribution hand to Java. */
class LauncherTest {
    @TempDir
    private Path temporary;

    private LauncherSandbox sandbox;

    @BeforeEach
    void makeMachine() throws IOException {
        sandbox = new LauncherSandbox(temporary);
        sandbox.environment.put("JAVA_HOME", sandbox.jre("java 21", "21.0.2").toString());
    }

    @Test
    void shouldStartJavaInItsOwnPlaceSoThatSignalsReachIt() throws Exception {
        Run run = sandbox.run(sandbox.distribution(), "version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("pid=" + run.pid());
    }

    @Test
    void shouldPassArgumentsUntouched() throws Exception {
        Run run = sandbox.run(sandbox.distribution(), "generate", "--out", "a b", "*", "$HOME", "", "-Xy", "-Dk=v");
        assertThat(run.afterMain())
                .containsExactly("<generate>", "<--out>", "<a b>", "<*>", "<$HOME>", "<>", "<-Xy>", "<-Dk=v>");
    }

    @Test
    void shouldFindTheDistributionThroughLinks() throws Exception {
        Path launcher = sandbox.distribution();
        Path first = Files.createSymbolicLink(sandbox.folder.resolve("first"), launcher);
        Path second = Files.createSymbolicLink(temporary.resolve("second"), temporary.relativize(first));
        assertThat(sandbox.run(second, "version").out())
                .contains("<" + launcher.getParent().getParent().toRealPath() + "/lib/*>");
    }

    @Test
    void shouldPutJavaOptsLastAndTakeFlagsOfJavaFromTheArgumentsAsFlumeDoes() throws Exception {
        sandbox.environment.put("JAVA_OPTS", "-Xmx1g -Dx=*");
        Run run = sandbox.run(
                sandbox.distribution(), "agent", "-n", "a1", "-Xss4m", "-Dk=a b", "-javaagent:x.jar=y", "-f", "c d");
        assertThat(run.out().indexOf("<-Xmx1g>")).isGreaterThan(run.out().indexOf("<-Xms64m>"));
        assertThat(run.beforeMain()).contains("<-Dx=*>", "<-Xss4m>", "<-Dk=a b>", "<-javaagent:x.jar=y>");
        assertThat(run.afterMain()).containsExactly("<agent>", "<-n>", "<a1>", "<-f>", "<c d>");
    }

    @Test
    void shouldGiveAnAgentItsMemoryWhateverStandsBeforeTheCommand() throws Exception {
        assertThat(sandbox.run(sandbox.distribution(), "--debug", "agent").beforeMain())
                .contains("<-Xmx256m>", "<-Dio.netty.allocator.lowMemory=false>");
    }

    /** It compares what a configuration may take with it. */
    @Test
    void shouldCheckAConfigurationWithTheMemoryOfAnAgent() throws Exception {
        Run run = sandbox.run(sandbox.distribution(), "validate", "-Xmx1g", "a.conf");
        assertThat(run.beforeMain()).containsSubsequence("<-Xmx256m>", "<-Xmx1g>");
    }

    @Test
    void shouldSetWhatJava17And25Need() throws Exception {
        assertThat(sandbox.run(sandbox.distribution(), "agent").out())
                .contains(
                        "<-XX:+IgnoreUnrecognizedVMOptions>",
                        "<--sun-misc-unsafe-memory-access=allow>",
                        "<--enable-native-access=ALL-UNNAMED>",
                        "<--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED>");
    }

    @Test
    void shouldSayWhereDataIsUnlessTheUserDoes() throws Exception {
        Path launcher = sandbox.distribution();
        assertThat(sandbox.run(launcher, "agent").out())
                .contains("<-Dheadrace.data=" + temporary.toRealPath() + "/data>");
        sandbox.environment.put("HEADRACE_DATA", "/some where");
        List<String> out =
                sandbox.run(launcher, "agent", "-Dheadrace.data=/else").out();
        assertThat(out).contains("<-Dheadrace.data=/some where>");
        assertThat(out.indexOf("<-Dheadrace.data=/else>")).isGreaterThan(out.indexOf("<-Dheadrace.data=/some where>"));
    }

    @Test
    void shouldSayWhatIsMissing() throws Exception {
        Path launcher = sandbox.distribution();
        Files.delete(launcher.getParent().getParent().resolve("lib"));
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).startsWith("headrace: no distribution in ");
    }

    @Test
    void shouldSayThatTheCurrentFolderWasRemoved() throws Exception {
        Path launcher = sandbox.distribution();
        Path shell = LauncherSandbox.script(
                temporary.resolve("from-nowhere"), "#!/bin/sh\nmkdir gone; cd gone; rmdir ../gone; exec \"$@\"\n");
        Files.createSymbolicLink(sandbox.tools.resolve("rmdir"), Path.of("/bin/rmdir"));
        Run run = sandbox.run(shell, launcher.toString(), "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("headrace: the current folder was removed (expected: ");
    }

    @Test
    void shouldRunWithoutHomeAndWithoutAnyVariable() throws Exception {
        Path launcher = sandbox.distribution();
        sandbox.environment.keySet().removeIf(name -> !name.equals("JAVA_HOME") && !name.equals("PATH"));
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LANG=", "LANG=C", "LC_CTYPE=POSIX", "LC_ALL=C", "LANG=not_THERE.UTF-8"})
    void shouldLetJavaNameAllFilesWhateverTheLocale(String variable) throws Exception {
        String[] parts = variable.split("=", 2);
        sandbox.environment.put(parts[0], parts[1]);
        Run run = sandbox.run(sandbox.distribution(), "agent");
        assertThat(run.out()).contains("locale=C.UTF-8");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void shouldTakeAnotherLocaleWhereThereIsNoUtf8WithoutALanguageAndWarnWhereThereIsNone() throws Exception {
        Path launcher = sandbox.distribution();
        Files.delete(sandbox.tools.resolve("locale"));
        LauncherSandbox.script(sandbox.tools.resolve("locale"), """
                #!/bin/sh
                case $1 in -a) echo C; echo de_DE; echo sv_SE.utf8; echo xx.utf8 ;; *) echo ANSI_X3.4-1968 ;; esac
                """);
        assertThat(sandbox.run(launcher, "agent").out()).contains("locale=sv_SE.utf8");

        LauncherSandbox.script(sandbox.tools.resolve("locale"), "#!/bin/sh\necho ANSI_X3.4-1968\n");
        Run run = sandbox.run(launcher, "agent");
        assertThat(run.out()).contains("locale=C");
        assertThat(run.err()).contains("locale: no UTF-8 on this system").hasLineCount(1);
    }

    @Test
    void shouldLeaveALocaleAloneThatCanNameFiles() throws Exception {
        sandbox.environment.put("LANG", "C.UTF-8");
        assertThat(sandbox.run(sandbox.distribution(), "agent").out()).contains("locale=");
    }

    @Test
    void shouldRunFlumeEnvOfTheFolderThatIsNamed() throws Exception {
        Path conf = Files.createDirectory(temporary.resolve("my conf"));
        Path other = sandbox.jre("other", "17.0.1");
        Path launcher = sandbox.distribution();
        assertThat(sandbox.run(launcher, "agent", "-c", conf.toString()).err()).isEmpty();

        Files.writeString(conf.resolve("flume-env.sh"), """
                JAVA_HOME=%s
                opts=(-Dfrom=env -Xmx99m)
                [[ ${#opts[@]} == 2 ]] && JAVA_OPTS="${opts[*]}"
                unset HEADRACE_DATA; export HEADRACE_DATA=/exported
                """.formatted(other));
        for (String[] arguments :
                new String[][] {{"-c", conf.toString()}, {"--conf", "my conf"}, {"--conf=" + conf}, {"-c", "my conf/"}
                }) {
            String[] command = {"agent", arguments[0], arguments[arguments.length - 1], "-n", "a  b"};
            Run run = sandbox.run(launcher, arguments.length == 1 ? new String[] {"agent", arguments[0]} : command);
            assertThat(run.err())
                    .contains("running ", "flume-env.sh, as flume-ng does")
                    .hasLineCount(1);
            assertThat(run.out()).contains("java=" + other + "/bin/java", "pid=" + run.pid());
            assertThat(run.beforeMain()).contains("<-Dfrom=env>", "<-Xmx99m>", "<-Dheadrace.data=/exported>");
            assertThat(run.afterMain()).startsWith("<agent>");
        }
    }

    @Test
    void shouldBeFlumesCommandUnderItsOldName() throws Exception {
        Path flume = sandbox.distribution().resolveSibling("flume-ng");
        String[] flags = {"-n", "a1", "-c", "conf", "-f", "a.conf", "-C", "x.jar:y", "--plugins-path", "p q", "-d"};
        String[] command = concat("agent", flags);
        Run run = sandbox.run(flume, command);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("pid=" + run.pid());
        assertThat(run.afterMain()).first().isEqualTo("<agent>");
        assertThat(run.afterMain()).contains("<-C>", "<x.jar:y>", "<--plugins-path>", "<p q>", "<-d>");

        Run node = sandbox.run(flume, concat("node", flags));
        assertThat(node.err()).contains("the old name of the command agent").hasLineCount(1);
        assertThat(node.afterMain()).isEqualTo(run.afterMain());
        assertThat(sandbox.run(flume, "version").afterMain()).containsExactly("<version>");
        Path link = Files.createSymbolicLink(temporary.resolve("flume"), flume);
        assertThat(sandbox.run(link, "version").afterMain()).containsExactly("<version>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"avro-client", "tool", "agnet"})
    void shouldSayWhichOfFlumesCommandsAreNotThere(String command) throws Exception {
        Run run = sandbox.run(sandbox.distribution().resolveSibling("flume-ng"), command, "-H", "localhost");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .startsWith("flume-ng: " + command + ": ")
                .contains("expected: agent")
                .hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void shouldHelpThoseWhoTypeFlumesCommand() throws Exception {
        Path flume = sandbox.distribution().resolveSibling("flume-ng");
        assertThat(sandbox.run(flume, "help").out().toString()).contains("agent", "version", "Differences");
        assertThat(sandbox.run(flume).out())
                .isEqualTo(sandbox.run(flume, "help").out());
    }

    private static String[] concat(String first, String[] rest) {
        String[] all = new String[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}

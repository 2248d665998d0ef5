package io.headrace.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.tools.ExitCode;
import io.headrace.tools.launcher.LauncherSandbox.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which Java {@code bin/headrace} takes, and what it says where there is none. */
class JavaSearchTest {
    @TempDir
    private Path temporary;

    private LauncherSandbox sandbox;
    private Path launcher;

    @BeforeEach
    void makeMachine() throws IOException {
        sandbox = new LauncherSandbox(temporary);
        launcher = sandbox.distribution();
    }

    @Test
    void shouldTakeJavaHomeBeforeAllOthers() throws Exception {
        Path wanted = sandbox.jre("wanted", "17");
        sandbox.path(sandbox.jre("on path", "21.0.1").resolve("bin"));
        sandbox.environment.put("JAVA_HOME", wanted.toString());
        assertThat(sandbox.run(launcher, "version").out()).contains("java=" + wanted + "/bin/java");
    }

    @Test
    void shouldPassOverAJavaHomeThatIsTooOldOrNotThere() throws Exception {
        Path old = sandbox.jdk("java 11", "11.0.1");
        Path wanted = sandbox.jre("wanted", "25-ea");
        sandbox.path(wanted.resolve("bin"));
        for (Path home : new Path[] {old, temporary.resolve("nowhere")}) {
            sandbox.environment.put("JAVA_HOME", home.toString());
            Run run = sandbox.run(launcher, "version");
            assertThat(run.exitCode()).isZero();
            assertThat(run.err())
                    .isEqualTo("headrace: JAVA_HOME: " + home
                            + " (expected: a Java >= 17 with bin/java); looking elsewhere\n");
            assertThat(run.out()).contains("java=" + wanted + "/bin/java");
        }
    }

    @Test
    void shouldTakeTheFirstOnPathThatIsNewEnough() throws Exception {
        Path eight = sandbox.jdk("jdk 8", "1.8.0_392");
        Path twentyOne = sandbox.jre("java 21", "21.0.2");
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), twentyOne.resolve("bin/java"));
        sandbox.path(eight.resolve("bin"), bin, sandbox.jre("later", "25").resolve("bin"));
        sandbox.jre("jvm/usual", "17");
        Run run = sandbox.run(launcher, "version");
        assertThat(run.out()).contains("java=" + twentyOne + "/bin/java");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void shouldAskTheScriptOfAVersionManagerForItsJava() throws Exception {
        Path real = sandbox.jre("managed", "17.0.9");
        Path shims = Files.createDirectory(temporary.resolve("shims"));
        LauncherSandbox.script(shims.resolve("java"), "#!/bin/sh\necho \"    java.home = " + real + "\" >&2\n");
        sandbox.path(shims);
        assertThat(sandbox.run(launcher, "version").out()).contains("java=" + real + "/bin/java");
    }

    @Test
    void shouldLookIntoTheUsualFoldersLast() throws Exception {
        sandbox.jdk("jvm/a 11", "11.0.1");
        Path wanted = sandbox.jre("jvm/b 17", "17.0.1");
        sandbox.jre("home/.sdkman/candidates/java/21", "21");
        assertThat(sandbox.run(launcher, "version").out()).contains("java=" + wanted + "/bin/java");
    }

    @Test
    void shouldStartAJavaThatHasNoReleaseFileToLearnItsVersion() throws Exception {
        Path silent = sandbox.jre("jvm/a", "");
        Files.delete(silent.resolve("release"));
        LauncherSandbox.script(silent.resolve("bin/java"), "#!/bin/sh\nexit 1\n");
        Path told = sandbox.jre("jvm/b", "");
        Files.delete(told.resolve("release"));
        LauncherSandbox.script(
                told.resolve("bin/java"),
                LauncherSandbox.SAY_ARGUMENTS
                        + "[ \"$1\" != -version ] || echo 'openjdk version \"18.0.1\" 2022' >&2\n");
        assertThat(sandbox.run(launcher, "version").out()).contains("java=" + told + "/bin/java");
    }

    @Test
    void shouldSayWhatItFoundWhenNothingWillDo() throws Exception {
        Path eleven = sandbox.jdk("jvm/a 11", "11.0.1");
        sandbox.path(eleven.resolve("bin"));
        sandbox.environment.put("JAVA_HOME", eleven.toString());
        Path eight = sandbox.jre("jvm/b 8", "1.8.0_392");
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("no Java of 17 or newer with bin/java (searched: JAVA_HOME, PATH and the usual folders)")
                .contains("found:\n  " + eleven.toRealPath() + ": Java 11.0.1\n")
                .contains("\n  " + eight.toRealPath() + ": Java 1.8.0_392, to run only (no javac)\n")
                .containsOnlyOnce("11.0.1")
                .contains("apt install openjdk-17-jre-headless\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ID=debian;VERSION_ID=\"11\"  | apt install openjdk-17-jre-headless",
                "ID=debian;VERSION_ID=\"13\"  | apt install openjdk-21-jre-headless",
                "ID=debian                  | apt install openjdk-21-jre-headless",
                "ID=ubuntu;ID_LIKE=debian;VERSION_ID=\"22.04\" | apt install openjdk-17-jre-headless",
                "ID=linuxmint;ID_LIKE=\"ubuntu debian\" | apt install openjdk-17-jre-headless",
                "ID=fedora;VERSION_ID=42     | dnf install java-21-openjdk-headless",
                "ID=\"rocky\";ID_LIKE=\"rhel centos fedora\" | dnf install java-21-openjdk-headless",
                "ID=\"amzn\";ID_LIKE=\"fedora\" | dnf install java-21-amazon-corretto-headless",
                "ID=alpine;VERSION_ID=3.20.1 | apk add openjdk17-jre-headless",
                "ID=arch                     | pacman -S jre17-openjdk-headless",
                "ID=opensuse-leap;ID_LIKE=\"suse opensuse\" | zypper install java-17-openjdk-headless",
                "ID=plan9 | packages of this system for a JDK >= 17"
            })
    void shouldNameTheCommandOfThisSystem(String release, String command) throws Exception {
        sandbox.system(release.replace(';', '\n') + '\n');
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains(command);
    }
}

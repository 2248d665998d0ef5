package io.headrace.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.tools.ExitCode;
import io.headrace.tools.launcher.LauncherSandbox.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code bin/headrace} of a source tree builds what it starts. */
class FirstBuildTest {
    private static final String MAKE_LIB = "mkdir -p tools/target/headrace-9.9/lib; ";

    /** As Maven does: the jars of the modules, and copies of them that bear the date of the release. */
    private static final String MAKE_JARS = """
            for module in wal engine transport/protocol transport tools; do
                jar=headrace-${module##*/}-9.9.jar
                mkdir -p $module/target
                echo $module >$module/target/$jar
                cat $module/target/$jar >tools/target/headrace-9.9/lib/$jar
                touch -t 202001010000 tools/target/headrace-9.9/lib/$jar
            done
            """;

    @TempDir
    private Path temporary;

    private LauncherSandbox sandbox;
    private Path jdk;

    @BeforeEach
    void makeMachine() throws IOException {
        sandbox = new LauncherSandbox(temporary);
        jdk = sandbox.jdk("java 21", "21.0.2");
        sandbox.environment.put("JAVA_HOME", jdk.toString());
    }

    @Test
    void shouldBuildOnceAndAgainWhenASourceIsNewer() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + "echo built");
        Run first = sandbox.run(launcher, "version");
        assertThat(first.err()).contains("building the distribution", "build.log");
        assertThat(first.out()).contains(LauncherSandbox.MAIN).doesNotContain("built");
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();

        Files.setLastModifiedTime(
                target(launcher).resolve(".distribution-built"),
                FileTime.from(Instant.now().minusSeconds(5)));
        Files.writeString(launcher.getParent().getParent().resolve("src/main/New.java"), "");
        assertThat(sandbox.run(launcher, "version").err()).contains("building the distribution");
    }

    @Test
    void shouldNotBuildAtEachStartWhenASourceIsDatedInTheFuture() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB);
        Path source = launcher.getParent().getParent().resolve("src/main/New.java");
        Files.writeString(source, "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3_000)));
        assertThat(sandbox.run(launcher, "version").err()).contains("building the distribution");
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();
    }

    @Test
    void shouldTakeWhatWasBuiltByHand() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + MAKE_JARS);
        Path root = launcher.getParent().getParent().getParent();
        new ProcessBuilder(temporary.resolve("maven/mvn").toString())
                .directory(root.toFile())
                .start()
                .waitFor();
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();

        // As after `mvn test`, which makes no distribution.
        Files.writeString(root.resolve("wal/target/headrace-wal-9.9.jar"), "other classes");
        assertThat(sandbox.run(launcher, "version").err()).contains("building the distribution");
    }

    @Test
    void shouldLetMavenNameAFolderThatIsNotAsciiWhateverTheLocale() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + "echo \"$LC_ALL\"");
        sandbox.environment.put("LC_ALL", "C");
        sandbox.run(launcher, "version");
        assertThat(target(launcher).resolve("build.log")).content().isEqualToIgnoringNewLines("C.UTF-8");
    }

    @Test
    void shouldBuildOnlyWhatTheCommandNeeds() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + "echo \"$JAVA_HOME:$*\" >tools/target/called");
        assertThat(sandbox.run(launcher, "version").exitCode()).isZero();
        assertThat(Files.readString(target(launcher).resolve("called")))
                .startsWith(jdk + ":")
                .contains("-Dmaven.test.skip=true", "-pl tools -am package");
    }

    @Test
    void shouldHandMavenAJavaWithACompilerAndRunWithIt() throws Exception {
        sandbox.environment.remove("JAVA_HOME");
        Path launcher = sandbox.sourceTree(MAKE_LIB + "echo \"$JAVA_HOME\" >tools/target/called");
        sandbox.path(sandbox.jre("java 25", "25").resolve("bin"), temporary.resolve("maven"));
        Path compiler = sandbox.jdk("jvm/b", "17.0.1");
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isZero();
        assertThat(target(launcher).resolve("called")).hasContent(compiler.toString());
    }

    @Test
    void shouldSayThatAJavaToRunIsNotEnoughToBuild() throws Exception {
        Path jre = sandbox.jre("java 17", "17.0.11");
        Path launcher = sandbox.sourceTree(MAKE_LIB);
        sandbox.environment.put("JAVA_HOME", jre.toString());
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("no Java of 17 or newer with bin/javac")
                .contains("java 17: Java 17.0.11, to run only (no javac)")
                .contains("apt install openjdk-17-jdk-headless\n");
        Files.delete(temporary.resolve("maven/mvn"));
        assertThat(sandbox.run(launcher, "version").err()).contains("apt install openjdk-17-jdk-headless maven\n");
        sandbox.environment.put("JAVA_HOME", jdk.toString());
        assertThat(sandbox.run(launcher, "version").err()).contains("no Maven", "apt install maven\n");
        assertThat(target(launcher).resolve(".distribution-building")).doesNotExist();
    }

    @Test
    void shouldBuildAfreshAfterABuildThatWasCutOff() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + "echo built");
        Path tree = launcher.getParent().getParent().getParent();
        assertThat(sandbox.run(launcher, "version").exitCode()).isZero();
        Path half =
                Files.createDirectories(tree.resolve("engine/target/classes")).resolve("Half.class");
        Files.createFile(half);
        Files.createFile(target(launcher).resolve(".distribution-building"));

        Run again = sandbox.run(launcher, "version");

        assertThat(again.err()).contains("building the distribution");
        assertThat(half).doesNotExist();
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();
    }

    @Test
    void shouldLeaveNoJarOfAnEarlierBuild() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB);
        Path lib = Files.createDirectories(target(launcher).resolve("headrace-9.9/lib"));
        Files.createFile(lib.resolve("netty-common-4.2.0.jar"));
        assertThat(sandbox.run(launcher, "version").exitCode()).isZero();
        assertThat(lib).isEmptyDirectory();
    }

    @Test
    void shouldKeepLoadedClassesOnceForEachBuild() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + MAKE_JARS);
        LauncherSandbox.keepsClasses(jdk);
        Run first = sandbox.run(launcher, "agent");
        assertThat(first.err()).contains("keeping loaded classes").doesNotContain("no class archive");
        String archive = "<-XX:SharedArchiveFile=";
        assertThat(first.out())
                .filteredOn(line -> line.startsWith(archive))
                .singleElement()
                .satisfies(line -> {
                    Path kept = Path.of(line.substring(archive.length(), line.length() - 1));
                    assertThat(kept).content().isEqualTo("java/lang/Object\n");
                });
        Run second = sandbox.run(launcher, "agent");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).anyMatch(line -> line.startsWith("<-XX:SharedArchiveFile="));

        // Built anew by the launcher, and then by hand.
        Files.setLastModifiedTime(
                target(launcher).resolve(".distribution-built"),
                FileTime.from(Instant.now().minusSeconds(5)));
        Files.writeString(launcher.getParent().getParent().resolve("src/main/New.java"), "");
        Run third = sandbox.run(launcher, "agent");
        assertThat(third.err()).contains("building the distribution", "keeping loaded classes");
        assertThat(third.out()).anyMatch(line -> line.startsWith("<-XX:SharedArchiveFile="));
        Files.writeString(launcher.getParent().resolve("../../engine/target/headrace-engine-9.9.jar"), "other classes");
        assertThat(sandbox.run(launcher, "version").out())
                .noneMatch(line -> line.startsWith("<-XX:SharedArchiveFile="));
        assertThat(sandbox.run(launcher, "agent").err()).contains("keeping loaded classes");
    }

    @Test
    void shouldNameTheLogWhenTheBuildFails() throws Exception {
        Run run = sandbox.run(sandbox.sourceTree("echo what went wrong; exit 1"), "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("what went wrong", "the build failed; all of it is in ", "/tools/target/build.log");
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Could not transfer artifact x from/to central: Unknown host x | a way to Maven Central",
                "Could not transfer artifact x: PKIX path building failed | does not trust the server",
                "Could not create local repository at /nowhere/.m2/repository | MAVEN_OPTS=-Dmaven.repo.local",
                "write failed: No space left on device | no space left",
                "The plugin x requires Maven version 3.9 | too old"
            })
    void shouldSayWhatToDoAboutAFailedBuild(String error, String advice) throws Exception {
        Run run = sandbox.run(
                sandbox.sourceTree("echo '[INFO] noise'; echo '[ERROR] " + error
                        + "'; echo '[ERROR] Re-run Maven using the -X switch'; exit 1"),
                "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains(error, advice).doesNotContain("noise", "Re-run");
        assertThat(run.err().strip().lines()).last().asString().contains("build.log");
    }

    @Test
    void shouldBuildAgainWhatAnInterruptedBuildLeft() throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB + ": >tools/target/headrace-9.9/lib/all.jar");
        Path target = target(launcher);
        // Maven was killed after it copied the first of the jars.
        Files.createDirectories(target.resolve("headrace-9.9/lib"));
        Files.writeString(target.resolve("headrace-9.9/lib/headrace-tools-9.9.jar"), "");
        Files.writeString(target.resolve(".distribution-building"), "");
        assertThat(sandbox.run(launcher, "version").err()).contains("building the distribution");
        assertThat(target.resolve("headrace-9.9/lib/all.jar")).exists();
        assertThat(sandbox.run(launcher, "version").err()).isEmpty();
    }

    @Test
    void shouldEndMavenWhenItIsStoppedAndBuildAgainNextTime() throws Exception {
        Path launcher = sandbox.sourceTree(
                MAKE_LIB + "if [ -f again ]; then exit 0; fi; : >again; echo $$ >tools/target/maven; exec sleep 60");
        Process stopped = sandbox.start(launcher, "version");
        Path pid = target(launcher).resolve("maven");
        await().until(() -> Files.exists(pid) && Files.size(pid) > 0);
        stopped.toHandle().destroy();
        Run run = LauncherSandbox.finish(stopped);
        assertThat(run.exitCode()).isEqualTo(130);
        assertThat(run.err()).contains("the next start begins it again");
        long maven = Long.parseLong(Files.readString(pid).strip());
        assertThat(ProcessHandle.of(maven)).isNotPresent();
        assertThat(sandbox.run(launcher, "version").err()).contains("building the distribution");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldBuildOnceWhenTwoStartAtOnce(boolean withFlock) throws Exception {
        Path launcher = sandbox.sourceTree(
                "until [ -f tools/target/go ]; do sleep 0.05; done; " + MAKE_LIB + "echo x >>tools/target/builds");
        Path target = target(launcher);
        if (!withFlock) {
            Files.delete(sandbox.tools.resolve("flock"));
        }
        Process first = sandbox.start(launcher, "version");
        await().until(() -> Files.exists(target.resolve(".distribution-building")));
        Process second = sandbox.start(launcher, "version");
        assertThat(second.errorReader().readLine()).contains("waiting for another build");
        Files.createFile(target.resolve("go"));
        assertThat(LauncherSandbox.finish(first).exitCode()).isZero();
        assertThat(LauncherSandbox.finish(second).exitCode()).isZero();
        assertThat(target.resolve("builds")).hasContent("x");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotWaitForABuilderThatWasKilled(boolean withFlock) throws Exception {
        Path launcher = sandbox.sourceTree(MAKE_LIB);
        Path target = target(launcher);
        if (!withFlock) {
            Files.delete(sandbox.tools.resolve("flock"));
            Process dead = new ProcessBuilder("true").start();
            dead.waitFor();
            Path lock = Files.createDirectories(target.resolve(".distribution-lock.d"));
            Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
        } else {
            Files.createDirectories(target);
            Files.createFile(target.resolve(".distribution-lock"));
        }
        Run run = sandbox.run(launcher, "version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).doesNotContain("waiting");
        assertThat(target.resolve(".distribution-lock.d")).doesNotExist();
    }

    private static Path target(Path launcher) {
        return launcher.getParent().getParent().resolve("target");
    }
}

package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code bin/headrace} with a Java and a Maven that only say how they were called. */
class LauncherTest {
    private static final Path LAUNCHER = Path.of("bin/headrace").toAbsolutePath();
    private static final String SAY_ARGUMENTS = "#!/bin/sh\necho \"pid=$$\"\nfor a; do printf '<%s>\\n' \"$a\"; done\n";
    private static final String MAIN = "<io.headrace.tools.Main>";

    @TempDir
    private Path temporary;

    private final Map<String, String> environment = new HashMap<>();
    private Path folder;
    private Path java21;

    private record Run(long pid, int exitCode, List<String> out, String err) {}

    @BeforeEach
    void makeFolders() throws IOException {
        folder = Files.createDirectory(temporary.resolve("a folder with blanks"));
        java21 = fakeJava("java 21", "21.0.2");
        environment.put("JAVA_HOME", java21.toString());
    }

    @Test
    void shouldStartJavaInItsOwnPlaceSoThatSignalsReachIt() throws Exception {
        Run run = run(distribution(), "version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("pid=" + run.pid());
    }

    @Test
    void shouldPassArgumentsUntouched() throws Exception {
        Run run = run(distribution(), "generate", "--out", "a b", "*", "$HOME", "");
        assertThat(after(MAIN, run.out())).containsExactly("<generate>", "<--out>", "<a b>", "<*>", "<$HOME>", "<>");
    }

    @Test
    void shouldFindTheDistributionThroughLinks() throws Exception {
        Path launcher = distribution();
        Path first = Files.createSymbolicLink(folder.resolve("first"), launcher);
        Path second = Files.createSymbolicLink(temporary.resolve("second"), temporary.relativize(first));
        assertThat(run(second, "version").out())
                .contains("<" + launcher.getParent().getParent().toRealPath() + "/lib/*>");
    }

    @Test
    void shouldPutJavaOptsLastAndTakeFlagsOfJavaFromTheArgumentsAsFlumeDoes() throws Exception {
        environment.put("JAVA_OPTS", "-Xmx1g -Dx=*");
        List<String> out =
                run(distribution(), "agent", "-n", "a1", "-Xss4m", "-Dk=v").out();
        assertThat(out.indexOf("<-Xmx1g>")).isGreaterThan(out.indexOf("<-Xms32m>"));
        assertThat(out.subList(0, out.indexOf(MAIN))).contains("<-Dx=*>", "<-Xss4m>");
        assertThat(after(MAIN, out)).containsExactly("<agent>", "<-n>", "<a1>", "<-Dk=v>");
    }

    @Test
    void shouldSetWhatJava17And25Need() throws Exception {
        assertThat(run(distribution(), "agent").out())
                .contains(
                        "<-XX:+IgnoreUnrecognizedVMOptions>",
                        "<--sun-misc-unsafe-memory-access=allow>",
                        "<--enable-native-access=ALL-UNNAMED>",
                        "<--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED>");
    }

    @Test
    void shouldPassOverAJavaThatIsTooOld() throws Exception {
        Path java11 = fakeJava("java 11", "11.0.1");
        environment.put("JAVA_HOME", java11.toString());
        environment.put("PATH", java21.resolve("bin") + ":" + System.getenv("PATH"));
        Run run = run(distribution(), "version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("JAVA_HOME: " + java11 + " (expected: a Java >= 17");
        assertThat(run.out()).contains(MAIN);
    }

    @Test
    void shouldSayWhatIsMissing() throws Exception {
        Path launcher = distribution();
        Files.delete(launcher.getParent().getParent().resolve("lib"));
        Run run = run(launcher, "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).startsWith("headrace: no distribution in ");
    }

    @Test
    void shouldBuildASourceTreeOnceAndAgainWhenASourceIsNewer() throws Exception {
        Path launcher = sourceTree("mkdir -p tools/target/headrace-9.9/lib; echo built");
        Run first = run(launcher, "version");
        assertThat(first.err()).contains("building the distribution", "build.log");
        assertThat(first.out()).contains(MAIN).doesNotContain("built");
        assertThat(run(launcher, "version").err()).isEmpty();

        Path source = launcher.getParent().getParent().resolve("src/main/New.java");
        Files.writeString(source, "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(run(launcher, "version").err()).contains("building the distribution");
    }

    @Test
    void shouldBuildAfreshAfterABuildThatWasCutOff() throws Exception {
        Path launcher = sourceTree("mkdir -p tools/target/headrace-9.9/lib; echo built");
        Path tree = launcher.getParent().getParent().getParent();
        assertThat(run(launcher, "version").exitCode()).isZero();
        Path half =
                Files.createDirectories(tree.resolve("engine/target/classes")).resolve("Half.class");
        Files.createFile(half);
        Files.createFile(tree.resolve("tools/target/.distribution-building"));

        Run again = run(launcher, "version");

        assertThat(again.err()).contains("building the distribution");
        assertThat(half).doesNotExist();
        assertThat(run(launcher, "version").err()).doesNotContain("building the distribution");
    }

    @Test
    void shouldKeepLoadedClassesOnceForEachBuild() throws Exception {
        Path launcher = sourceTree(
                "mkdir -p tools/target/headrace-9.9/lib; : >tools/target/headrace-9.9/lib/headrace-tools-9.9.jar");
        script(java21.resolve("bin/java"), """
                #!/bin/sh
                for a; do case $a in -XX:ArchiveClassesAtExit=*) : >"${a#*=}"; for f; do case $f in */agent.properties)
                    echo line >"${f%/*}/output/x"; exec sleep 60;; esac; done; esac; done
                """ + SAY_ARGUMENTS);
        Run first = run(launcher, "agent");
        assertThat(first.err()).contains("keeping loaded classes").doesNotContain("no class archive");
        assertThat(first.out()).anyMatch(line -> line.startsWith("<-XX:SharedArchiveFile="));
        Run second = run(launcher, "agent");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).anyMatch(line -> line.startsWith("<-XX:SharedArchiveFile="));
    }

    @Test
    void shouldNameTheLogWhenTheBuildFails() throws Exception {
        Run run = run(sourceTree("echo what went wrong; exit 1"), "version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("what went wrong", "the build failed; all of it is in ", "/tools/target/build.log");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void shouldBuildAgainWhatAnInterruptedBuildLeft() throws Exception {
        Path launcher = sourceTree("mkdir -p tools/target/headrace-9.9/lib; : >tools/target/headrace-9.9/lib/all.jar");
        Path target = launcher.getParent().getParent().resolve("target");
        // Maven was killed after it copied the first of the jars.
        Files.createDirectories(target.resolve("headrace-9.9/lib"));
        Files.writeString(target.resolve("headrace-9.9/lib/headrace-tools-9.9.jar"), "");
        Files.writeString(target.resolve(".distribution-building"), "");
        assertThat(run(launcher, "version").err()).contains("building the distribution");
        assertThat(target.resolve("headrace-9.9/lib/all.jar")).exists();
        assertThat(run(launcher, "version").err()).isEmpty();
    }

    @Test
    void shouldBuildOnceWhenTwoStartAtOnce() throws Exception {
        Path launcher = sourceTree("sleep 1; mkdir -p tools/target/headrace-9.9/lib; echo x >> tools/target/builds");
        Process first = start(launcher, "version");
        Process second = start(launcher, "version");
        assertThat(finish(first).exitCode()).isZero();
        assertThat(finish(second).exitCode()).isZero();
        assertThat(launcher.getParent().getParent().resolve("target/builds")).hasContent("x");
    }

    private Path fakeJava(String name, String version) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), SAY_ARGUMENTS);
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    private Path distribution() throws IOException {
        Path home = Files.createDirectories(folder.resolve("headrace-9.9"));
        Files.createDirectory(home.resolve("lib"));
        return script(home.resolve("bin/headrace"), Files.readString(LAUNCHER));
    }

    private Path sourceTree(String maven) throws IOException {
        Path root = Files.createDirectories(folder.resolve("source"));
        Files.writeString(root.resolve("pom.xml"), "<project>\n<version>9.9</version>\n<version>1</version></project>");
        Files.createDirectories(root.resolve("tools/src/main"));
        Files.writeString(root.resolve("tools/pom.xml"), "<project/>");
        script(temporary.resolve("maven/mvn"), "#!/bin/sh\n" + maven + "\n");
        environment.put("PATH", temporary.resolve("maven") + ":" + System.getenv("PATH"));
        return script(root.resolve("tools/bin/headrace"), Files.readString(LAUNCHER));
    }

    private static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static List<String> after(String line, List<String> lines) {
        return lines.subList(lines.indexOf(line) + 1, lines.size());
    }

    private Run run(Path launcher, String... arguments) throws IOException, InterruptedException {
        return finish(start(launcher, arguments));
    }

    private Process start(Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JAVA_OPTS");
        builder.environment().remove("HEADRACE_NO_BUILD");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Run finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.pid(), process.exitValue(), out.lines().toList(), err);
    }
}

package io.headrace.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.tools.launcher.LauncherSandbox.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where and when {@code bin/headrace} of a distribution keeps loaded classes for the next start. */
class KeptClassesTest {
    private static final String FLAG = "<-XX:SharedArchiveFile=";
    private static final String SAID = "keeping loaded classes";

    @TempDir
    private Path temporary;

    private LauncherSandbox sandbox;
    private Path launcher;
    private Path lib;
    private Path jdk;
    private Path classes;

    @BeforeEach
    void install() throws IOException {
        sandbox = new LauncherSandbox(temporary);
        jdk = sandbox.jdk("jdk", "17.0.9");
        LauncherSandbox.keepsClasses(jdk);
        sandbox.environment.put("JAVA_HOME", jdk.toString());
        launcher = sandbox.distribution();
        lib = launcher.resolveSibling("../lib").normalize();
        sandbox.fill(lib);
        Files.writeString(lib.resolve("headrace-engine-9.9.jar"), "classes");
        classes = temporary.resolve("a cache/of classes");
    }

    private static List<String> used(Run run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out().stream().filter(line -> line.startsWith(FLAG)).toList();
    }

    private List<String> archives() throws IOException {
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jsa"))
                    .toList();
        }
    }

    @Test
    void shouldKeepNothingUnlessItIsToldWhere() throws Exception {
        Run run = sandbox.run(launcher, "agent");
        assertThat(used(run)).isEmpty();
        assertThat(run.err()).isEmpty();
        assertThat(lib).isDirectoryNotContaining("glob:**.jsa*");
    }

    @Test
    void shouldKeepClassesBeforeAnAgentAndUseThemFromThenOn() throws Exception {
        sandbox.environment.put("HEADRACE_CLASSES", classes.toString());
        Run before = sandbox.run(launcher, "version");
        assertThat(used(before)).isEmpty();
        assertThat(classes).doesNotExist();

        Run first = sandbox.run(launcher, "agent");
        assertThat(first.err()).contains(SAID).doesNotContain("no class archive");
        assertThat(used(first)).singleElement().satisfies(flag -> assertThat(flag)
                .contains(classes.toString()));
        assertThat(classes.resolve(archives().get(0))).content().isEqualTo("java/lang/Object\n");

        for (String command : List.of("agent", "version")) {
            Run next = sandbox.run(launcher, command);
            assertThat(next.err()).isEmpty();
            assertThat(used(next)).isEqualTo(used(first));
        }
        // What a distribution has stays as it was.
        assertThat(lib).isDirectoryNotContaining("glob:**.jsa*");
    }

    @Test
    void shouldKeepClassesAnewForOtherJarsAnotherJavaAndAnotherPlace() throws Exception {
        sandbox.environment.put("HEADRACE_CLASSES", classes.toString());
        used(sandbox.run(launcher, "agent"));
        assertThat(archives()).hasSize(1);

        Files.writeString(lib.resolve("headrace-engine-9.9.jar"), "others, of another length");
        assertThat(used(sandbox.run(launcher, "version"))).isEmpty();
        assertThat(used(sandbox.run(launcher, "agent"))).hasSize(1);
        assertThat(archives()).hasSize(2);

        Path other = sandbox.jdk("other", "25.0.1");
        LauncherSandbox.keepsClasses(other);
        sandbox.environment.put("JAVA_HOME", other.toString());
        assertThat(used(sandbox.run(launcher, "agent"))).hasSize(1);
        assertThat(archives()).hasSize(3);

        Path home = launcher.getParent().getParent();
        Path moved = Files.move(home, home.resolveSibling("elsewhere"));
        assertThat(used(sandbox.run(moved.resolve("bin/headrace"), "agent"))).hasSize(1);
        assertThat(archives()).hasSize(4);
    }

    @Test
    void shouldStartAllTheSameWhereNothingCanBeKept() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "no folder");
        sandbox.environment.put("HEADRACE_CLASSES", file.resolve("below").toString());
        Run run = sandbox.run(launcher, "agent");
        assertThat(used(run)).isEmpty();
        assertThat(run.err()).isEmpty();
        assertThat(run.afterMain()).containsExactly("<agent>");
    }

    /** Java 17 dies of it. */
    @Test
    void shouldLeaveAnArchiveAloneThatWasCutShort() throws Exception {
        sandbox.environment.put("HEADRACE_CLASSES", classes.toString());
        assertThat(used(sandbox.run(launcher, "agent"))).hasSize(1);
        Path archive = classes.resolve(archives().get(0));
        Files.writeString(archive, "java/lang");
        Run run = sandbox.run(launcher, "agent");
        assertThat(used(run)).isEmpty();
        assertThat(run.err()).isEmpty();
        // Nor without a length that can be read.
        Files.writeString(archive.resolveSibling(archive.getFileName() + "-tried"), "x");
        assertThat(used(sandbox.run(launcher, "agent"))).isEmpty();
    }

    @Test
    void shouldSayOnceWhenJavaKeepsNothingAndStartAllTheSame() throws Exception {
        LauncherSandbox.script(jdk.resolve("bin/java"), """
                #!/bin/sh
                for a; do case $a in -XX:DumpLoadedClassList=*) exit 1;; esac; done
                """ + LauncherSandbox.SAY_ARGUMENTS);
        sandbox.environment.put("HEADRACE_CLASSES", classes.toString());
        Run first = sandbox.run(launcher, "agent");
        assertThat(first.err()).contains("no class archive could be made, see " + classes);
        assertThat(used(first)).isEmpty();
        assertThat(sandbox.run(launcher, "agent").err()).isEmpty();
    }
}

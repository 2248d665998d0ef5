package io.headrace.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A machine for {@code bin/headrace} that has only what a test puts there: its own PATH, its own usual folders for Java,
 * its own system, and a Java and a Maven that only say how they were called. One thread.
 */
final class LauncherSandbox {
    static final String MAIN = "<io.headrace.tools.Main>";
    static final String SAY_ARGUMENTS = """
            #!/bin/sh
            echo "pid=$$"
            echo "java=$0"
            echo "locale=${LC_ALL:-}"
            for a; do printf '<%s>\\n' "$a"; done
            """;

    private static final Path LAUNCHER = Path.of("bin/headrace").toAbsolutePath();
    private static final Path FLUME_NG = Path.of("bin/flume-ng").toAbsolutePath();
    private static final Path BUILD_PARTS = Path.of("src/launcher").toAbsolutePath();
    private static final List<String> TOOLS = List.of(
            ("awk bash cat cksum cmp cut find flock grep head id locale ls mkdir mktemp mv readlink rm sed sh sleep sync tail "
                            + "touch uname wc")
                    .split(" "));

    final Map<String, String> environment = new HashMap<>();
    final Path temporary;
    final Path folder;
    final Path tools;

    record Run(long pid, int exitCode, List<String> out, String err) {
        List<String> afterMain() {
            return out.subList(out.indexOf(MAIN) + 1, out.size());
        }

        List<String> beforeMain() {
            return out.subList(0, out.indexOf(MAIN));
        }
    }

    LauncherSandbox(Path temporary) throws IOException {
        this.temporary = temporary;
        folder = Files.createDirectory(temporary.resolve("a folder with blanks"));
        tools = Files.createDirectory(temporary.resolve("tools"));
        for (String name : TOOLS) {
            for (String from : System.getenv("PATH").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(from, name)) && !Files.exists(tools.resolve(name))) {
                    Files.createSymbolicLink(tools.resolve(name), Path.of(from, name));
                }
            }
        }
        path();
        environment.put("HOME", temporary.resolve("home").toString());
        system("ID=debian\nVERSION_ID=\"12\"\n");
    }

    /** PATH: these folders, then the few tools that any system has. */
    void path(Path... first) {
        StringBuilder path = new StringBuilder();
        for (Path entry : first) {
            path.append(entry).append(File.pathSeparator);
        }
        environment.put("PATH", path.append(tools).toString());
    }

    /** What stands in the system's os-release. */
    void system(String release) throws IOException {
        Files.writeString(temporary.resolve("os-release"), release);
    }

    /** A Java with a compiler. */
    Path jdk(String name, String version) throws IOException {
        Path home = jre(name, version);
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    /** A Java without one. */
    Path jre(String name, String version) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), SAY_ARGUMENTS);
        return home;
    }

    /** Lets a Java do as if it noted and kept classes, besides saying how it was called. */
    static void keepsClasses(Path jdk) throws IOException {
        script(jdk.resolve("bin/java"), """
                #!/bin/sh
                for a; do case $a in
                    -XX:DumpLoadedClassList=*) printf 'java/lang/Object id: 7\\nMine source: x\\n' >"${a#*=}";;
                    -XX:SharedClassListFile=*) list=${a#*=};;
                    -XX:SharedArchiveFile=*) case " $* " in *' -Xshare:dump '*) cat "$list" >"${a#*=}";; esac;;
                    */agent.properties) echo line >"${a%/*}/output/x"; exec sleep 60;;
                esac; done
                """ + SAY_ARGUMENTS);
    }

    /** What a distribution has besides its jars. */
    void fill(Path lib) throws IOException {
        Files.writeString(lib.resolve("classes.sh"), onThisMachine(BUILD_PARTS.resolve("classes.sh")));
    }

    Path distribution() throws IOException {
        Path home = Files.createDirectories(folder.resolve("headrace-9.9"));
        Files.createDirectory(home.resolve("lib"));
        return launchers(home.resolve("bin"));
    }

    /** @param maven what the build does, in the folder of the source tree */
    Path sourceTree(String maven) throws IOException {
        Path root = Files.createDirectories(folder.resolve("source"));
        Files.writeString(root.resolve("pom.xml"), """
                <project>
                  <version>9.9</version>
                  <a><version>1</version></a>
                </project>
                """);
        Files.createDirectories(root.resolve("tools/src/main"));
        Files.writeString(root.resolve("tools/pom.xml"), "<project/>");
        Path parts = Files.createDirectories(root.resolve("tools/src/launcher"));
        try (Stream<Path> files = Files.list(BUILD_PARTS)) {
            for (Path file : files.toList()) {
                Files.writeString(parts.resolve(file.getFileName()), onThisMachine(file));
            }
        }
        script(temporary.resolve("maven/mvn"), "#!/bin/sh\n" + maven + "\n");
        path(temporary.resolve("maven"));
        return launchers(root.resolve("tools/bin"));
    }

    Run run(Path launcher, String... arguments) throws IOException, InterruptedException {
        return finish(start(launcher, arguments));
    }

    Process start(Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Run finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.pid(), process.exitValue(), out.lines().toList(), err);
    }

    static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path launchers(Path bin) throws IOException {
        script(bin.resolve("flume-ng"), onThisMachine(FLUME_NG));
        return script(bin.resolve("headrace"), onThisMachine(LAUNCHER));
    }

    /** The script with the sandbox's folders in place of the system's. */
    private String onThisMachine(Path file) throws IOException {
        return Files.readString(file)
                .replaceAll(
                        "set -- /usr/lib/jvm/\\*(.*\\\\\\n)*.*",
                        "set -- '" + temporary + "'/jvm/* \"\\${HOME:-}\"/.sdkman/candidates/java/*")
                .replace("/usr/share/maven", temporary + "/no-maven")
                .replace("/opt/", temporary + "/opt/")
                .replace("/etc/os-release", temporary + "/os-release");
    }
}

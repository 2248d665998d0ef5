package io.headrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in README.md, as an application would run it: no flags, no engine, only what it depends on. */
class ReadmeTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern PROGRAM =
            Pattern.compile("```java\\n(import io\\.headrace\\.client.*?)```", Pattern.DOTALL);

    /** From 24 on Java itself warns of what Netty and Agrona use. */
    private static final int FIRST_THAT_WARNS = 24;

    @TempDir
    private Path folder;

    @Test
    void shouldRunTheProgramOfTheReadmeWithoutFlags() throws Exception {
        Matcher found = PROGRAM.matcher(Files.readString(readme()));
        assertThat(found.find()).as("a program in README.md").isTrue();
        compile(found.group(1));
        try (Collector collector = Collector.inMemory()) {
            Process process = run("Hello", collector.address());
            assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            String errors = Files.readString(folder.resolve("errors"));
            assertThat(process.exitValue()).as(errors).isZero();
            assertThat(Files.readString(folder.resolve("output"))).isEqualTo("the collector has it\n");
            if (Runtime.version().feature() < FIRST_THAT_WARNS) {
                assertThat(errors).isEmpty();
            } else {
                assertThat(errors.lines()).allMatch(line -> line.isEmpty() || line.startsWith("WARNING: "));
            }
            await().atMost(LONG).until(() -> collector.size() == 1);
            assertThat(collector.take()).containsExactly("web1hello");
        }
    }

    private static Path readme() {
        Path above = Path.of("").toAbsolutePath();
        while (!Files.exists(above.resolve("README.md")) || !Files.isDirectory(above.resolve("wal"))) {
            above = above.getParent();
        }
        return above.resolve("README.md");
    }

    private void compile(String program) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        SimpleJavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Hello.java"), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreErrors) {
                        return program;
                    }
                };
        List<String> options = List.of("-d", folder.toString(), "-cp", classPath());
        assertThat(javac.getTask(null, null, null, options, null, List.of(source))
                        .call())
                .isTrue();
    }

    private Process run(String program, String argument) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // SLF4J's own word that nobody takes what is logged.
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                folder + File.pathSeparator + classPath(),
                program,
                argument));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("output").toFile())
                .redirectError(folder.resolve("errors").toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    /** What the client depends on: modules of this project below the engine, and three libraries. */
    private static String classPath() {
        List<String> wanted = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(ReadmeTest::isOfClient)
                .toList();
        assertThat(wanted).hasSizeGreaterThan(8);
        return String.join(File.pathSeparator, wanted);
    }

    private static boolean isOfClient(String entry) {
        String path = entry.replace(File.separatorChar, '/');
        return path.matches(
                        ".*/(wal|transport/protocol|transport/client)/target/(classes|headrace-[a-z]+-[0-9.]+\\.jar)")
                || path.matches(".*/(agrona|slf4j-api|netty-(common|buffer|resolver|transport|transport-classes-epoll"
                        + "|transport-native-unix-common|handler|codec-base))-[^/]*\\.jar");
    }
}

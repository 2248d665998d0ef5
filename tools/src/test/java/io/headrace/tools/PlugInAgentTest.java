package io.headrace.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar that somebody else built, in an agent of its own process. */
class PlugInAgentTest {
    private static final Path SOURCES = Path.of("src/test/resources/plugin");
    private static final int EVENTS = 100;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void buildPlugIn() throws IOException {
        Path lib = Files.createDirectories(shared.resolve("plugins.d/acme/lib"));
        // Before ours on the class path: the plug-in is compiled against its own version of the library.
        Path library = compile(List.of(SOURCES.resolve("picocli/CommandLine.java")), shared.resolve("library"), "");
        List<Path> sources;
        try (Stream<Path> files = Files.list(SOURCES.resolve("com/example"))) {
            sources = files.sorted().toList();
        }
        Path classes = compile(sources, shared.resolve("classes"), library + File.pathSeparator);
        pack(library, lib.resolve("library.jar"));
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        for (String service : List.of(
                "OfSource com.example.TickSource$Provider",
                "OfSink com.example.AppendSink$Provider",
                "OfInterceptor com.example.LibraryInterceptor$Builder",
                "OfSerializer com.example.QuotingSerializer$Provider")) {
            String[] parts = service.split(" ");
            Files.writeString(services.resolve("io.headrace.engine.spi.ComponentProvider$" + parts[0]), parts[1]);
        }
        pack(classes, lib.resolve("acme.jar"));
    }

    @Test
    void shouldRunComponentsByAliasFromTheInstallation() throws Exception {
        run(
                List.of("-Dheadrace.launcher=" + shared.resolve("bin/headrace")),
                List.of(),
                "tick",
                "library",
                "quoting",
                "append");
    }

    @Test
    void shouldRunComponentsByClassFromAPathOfPlugIns() throws Exception {
        run(
                List.of(),
                List.of("--plugins-path", folder.resolve("none") + ":" + shared.resolve("plugins.d")),
                "com.example.TickSource",
                "com.example.LibraryInterceptor$Builder",
                "com.example.QuotingSerializer",
                "com.example.AppendSink");
    }

    @Test
    void shouldShowComponentsOfPlugInsInTheHelp() {
        StringWriter out = new StringWriter();
        String path = "--plugins-path=" + shared.resolve("plugins.d");
        assertThat(run(out, new StringWriter(), "help", "components", path)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Makes numbered events. (plug-in acme)");
        assertThat(run(out, new StringWriter(), "help", "components", path, "append"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("  From plug-in: acme\n", "  batchSize: number of events, at least 1; default 1000\n");
    }

    @Test
    void shouldCheckSettingsOfPlugInsWithFileAndLine() throws IOException {
        Path file = folder.resolve("a1.properties");
        Files.writeString(
                file,
                config("tick", "library", "quoting", "append")
                        + "a1.sinks.k2.batchSize = 0\n"
                        + "a1.sources.r1.wrod = x\n"
                        + "a1.sources.r1.interceptors.i1.nmae = x\n"
                        + "a1.sinks.k1.sink.serializer.quote = ''\n");
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        String path = "--plugins-path=" + shared.resolve("plugins.d");
        assertThat(run(out, err, "validate", path, file.toString())).isEqualTo(ExitCode.CONFIGURATION);
        long lines = Files.readAllLines(file).size();
        String place = file + ":";
        assertThat(out.toString())
                .contains(
                        place + (lines - 3)
                                + ": error: a1.sinks.k2.batchSize: 0 (expected: a whole number of events >= 1)",
                        place + (lines - 2) + ": warning: a1.sources.r1.wrod: unknown key (did you mean word?)",
                        place + (lines - 1)
                                + ": warning: a1.sources.r1.interceptors.i1.nmae: unknown key (did you mean name?)",
                        place + lines + ": error: a1.sinks.k1.sink.serializer.quote: '' (expected: one character)");
        Files.writeString(file, config("com.example.Gone", "library", "quoting", "com.example.TickSource"));
        err.getBuffer().setLength(0);
        assertThat(run(out, err, "agent", "-n", "a1", path, "-f", file.toString()))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString())
                .contains(
                        ": error: a1.sources.r1.type: com.example.Gone (expected: ",
                        "no such class, not in plug-in acme (",
                        ": error: a1.sinks.k2.type: com.example.TickSource: ");
    }

    @Test
    void shouldHoldTheSampleThatAuthorsRead() throws IOException {
        Matcher code = Pattern.compile("```java\n(package com\\.example;.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../engine/PLUGINS.md")));
        assertThat(code.find()).isTrue();
        assertThat(code.group(1))
                .as("the sample in engine/PLUGINS.md and tools/%s/com/example/AppendSink.java", SOURCES)
                .isEqualTo(Files.readString(SOURCES.resolve("com/example/AppendSink.java")));
    }

    private void run(
            List<String> jvm, List<String> arguments, String source, String interceptor, String serializer, String sink)
            throws Exception {
        Path file = Files.writeString(folder.resolve("a1.properties"), config(source, interceptor, serializer, sink));
        Files.createDirectory(folder.resolve("rolled"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dheadrace.data=" + folder.resolve("data")));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.headrace.tools.Main"));
        command.addAll(List.of("agent", "-n", "a1", "-f", file.toString()));
        command.addAll(arguments);
        Path log = folder.resolve("agent.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Path appended = folder.resolve("appended");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !process.isAlive()
                            || Files.exists(appended)
                                    && Files.readAllLines(appended).size() >= EVENTS);
            assertThat(process.isAlive()).as(() -> read(log)).isTrue();
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(appended).as(read(log)).hasContent(lines("the plug-in's own\ttack ", ""));
            assertThat(rolled()).as(read(log)).isEqualTo(lines("\"tack ", "\"") + "\n");
            assertThat(read(log))
                    .contains("ticking", "saw its own class loader only")
                    .doesNotContain("ERROR", "context class loader");
            assertThat(folder.resolve("data/a1/source+r1/started")).isNotEmptyFile();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String config(String source, String interceptor, String serializer, String sink) {
        return String.format(
                Locale.ROOT,
                """
                a1.sources = r1
                a1.channels = c1 c2 c3
                a1.sinks = k1 k2 k3
                a1.channels.c1.type = memory
                a1.channels.c2.type = memory
                a1.channels.c3.type = memory
                a1.sources.r1.type = %s
                a1.sources.r1.channels = c1 c2 c3
                a1.sources.r1.word = tack
                a1.sources.r1.count = %d
                a1.sources.r1.interceptors = i1
                a1.sources.r1.interceptors.i1.type = %s
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.channel = c1
                a1.sinks.k1.sink.directory = %s
                a1.sinks.k1.sink.serializer = %s
                a1.sinks.k1.sink.serializer.quote = "
                a1.sinks.k2.type = %s
                a1.sinks.k2.channel = c2
                a1.sinks.k2.file = %s
                a1.sinks.k2.header = library
                a1.sinks.k3.type = com.example.WitnessSink
                a1.sinks.k3.channel = c3
                """,
                source,
                EVENTS,
                interceptor,
                folder.resolve("rolled"),
                serializer,
                sink,
                folder.resolve("appended"));
    }

    private String rolled() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("rolled"))) {
            return files.map(PlugInAgentTest::read).collect(Collectors.joining());
        }
    }

    private static String lines(String before, String after) {
        return IntStream.range(0, EVENTS).mapToObj(i -> before + i + after).collect(Collectors.joining("\n"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return file + ": " + e;
        }
    }

    private static int run(StringWriter out, StringWriter err, String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private static Path compile(List<Path> sources, Path classes, String before) throws IOException {
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-d",
                    classes.toString(),
                    "--release",
                    "17",
                    "-proc:none",
                    "-cp",
                    before + System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        return classes;
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
        }
    }
}

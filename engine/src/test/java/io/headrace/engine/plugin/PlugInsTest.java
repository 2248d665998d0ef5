package io.headrace.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars as an operator finds them: whole, damaged, wrong, twice. */
class PlugInsTest {
    private static final String SINK = """
            package com.example;
            import io.headrace.engine.channel.Lease;
            import io.headrace.engine.config.Setting;
            import io.headrace.engine.spi.*;
            public class %1$s implements BatchSink {
                public record Settings(
                    @Setting(key = "size", byDefault = "10", min = 1, doc = "How many.") int size) {}
                public %1$s(Settings settings, SinkContext context) {}
                public int maxBatchEvents() { return 1; }
                public void start() {}
                public byte[] deliver(Lease lease) { return null; }
                public void stop() {}
                public static class Provider implements ComponentProvider.OfSink {
                    public String alias() { return "%2$s"; }
                    public Class<? extends Record> settingsType() { return Settings.class; }
                    public String summary() { return "%2$s"; }
                    public Sink create(SinkContext context) {
                        return new %1$s(context.settings(Settings.class), context);
                    }
                }
            }
            """;

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("plugins.d"));
    }

    @Test
    void shouldFindComponentsByAliasByProviderAndByClass() throws IOException {
        sink("acme", "ASink", "acme");
        for (String type : List.of("acme", "ACME", "com.example.ASink", "com.example.ASink$Provider")) {
            assertThat(check(type, "").errors()).as(type).isEmpty();
        }
        ComponentRegistry registry = registry();
        ComponentProvider provider = registry.get(ComponentProvider.OfSink.class, "acme");
        assertThat(registry.plugInOf(provider))
                .hasValueSatisfying(plugIn -> assertThat(plugIn.name()).isEqualTo("acme"));
        assertThat(provider.getClass().getClassLoader())
                .isNotSameAs(PlugIns.class.getClassLoader())
                .isSameAs(ContextLoader.of(provider));
    }

    @Test
    void shouldCheckSettingsOfAPlugInAsThoseOfBuiltInComponents() throws IOException {
        sink("acme", "ASink", "acme");
        new JarMaker()
                .with(
                        "com.example.Plain",
                        SINK.formatted("Plain", "plain").replaceAll("(?s)public static class Provider.*", "}"))
                .writeTo(jar("plain"));
        for (String type : List.of("acme", "com.example.Plain")) {
            ConfigurationReport report = check(type, "a1.sinks.k1.size = 0");
            assertThat(report.errors())
                    .extracting(Object::toString)
                    .containsExactly("a.conf:6: a1.sinks.k1.size: 0 (expected: a whole number >= 1)");
            assertThat(check(type, "a1.sinks.k1.sise = 1").warnings())
                    .extracting(Object::toString)
                    .containsExactly("a.conf:6: a1.sinks.k1.sise: unknown key (did you mean size?)");
            assertThat(check(type, "").configuration().effective()).containsEntry("a1.sinks.k1.size", "10");
        }
    }

    @Test
    void shouldNameThePlugInsThatDoNotHaveAClass() throws IOException {
        assertThat(error("com.example.None"))
                .startsWith("a.conf:4: a1.sinks.k1.type: com.example.None (expected: one of file_roll, ")
                .endsWith("; no such class, there is no plug-in in " + folder + ")");
        sink("acme", "ASink", "acme");
        sink("bolt", "BSink", "bolt");
        assertThat(error("org.other.None"))
                .endsWith("; no such class, not in plug-in acme (" + folder.resolve("acme") + "), plug-in bolt ("
                        + folder.resolve("bolt") + "))");
        assertThat(error("org.apache.flume.sink.LogerSink")).contains("did you mean org.apache.flume.sink.LoggerSink?");
        assertThat(error("com.exmaple.ASnik")).endsWith("; did you mean com.example.ASink?)");
        assertThat(error("acne")).endsWith("; did you mean acme?)");
    }

    @Test
    void shouldSayWhatIsWrongWithAClass() throws IOException {
        new JarMaker()
                .with("com.example.ASource", """
                        package com.example;
                        public class ASource implements io.headrace.engine.spi.Source {
                            public void start() {}
                            public void stop() {}
                        }
                        """)
                .with("com.example.Bare", """
                        package com.example;
                        public class Bare implements io.headrace.engine.spi.Sink {
                            public void start() {}
                            public void stop() {}
                        }
                        """)
                .with("com.example.Nothing", "package com.example; public class Nothing {}")
                .with(
                        "com.example.Abstract",
                        "package com.example; public abstract class Abstract implements io.headrace.engine.spi.AsyncSink {}")
                .with("com.example.Shy", """
                        package com.example;
                        public class Shy implements io.headrace.engine.spi.AsyncSink {
                            Shy() {}
                            public Shy(String text) {}
                            public void start() {}
                            public void stop() {}
                        }
                        """)
                .with("com.example.AnInterceptor", """
                        package com.example;
                        public class AnInterceptor implements io.headrace.engine.spi.ComponentProvider.OfInterceptor {
                            public String alias() { return "x"; }
                            public Class<? extends Record> settingsType() { return null; }
                            public String summary() { return "x"; }
                            public io.headrace.engine.spi.Interceptor create(
                                io.headrace.engine.spi.ComponentContext context) { return null; }
                        }
                        """)
                .writeTo(jar("acme"));
        String place = ", in plug-in acme (" + folder.resolve("acme") + ") (expected: ";
        assertThat(error("com.example.ASource"))
                .startsWith("a.conf:4: a1.sinks.k1.type: com.example.ASource: is a source" + place
                        + "a sink: a class that implements io.headrace.engine.spi.BatchSink or"
                        + " io.headrace.engine.spi.AsyncSink)");
        assertThat(error("com.example.Bare")).contains(": is a sink of no kind" + place + "a sink: ");
        assertThat(error("com.example.Nothing")).contains(": is no component" + place + "a sink: ");
        assertThat(error("com.example.Abstract")).contains(": is abstract" + place);
        assertThat(error("com.example.Shy"))
                .contains(": has no constructor that can be called" + place + "a public constructor (SinkContext)");
        assertThat(error("com.example.AnInterceptor"))
                .contains(": is an interceptor" + place, "io.headrace.engine.spi.ComponentProvider.OfSink");
        assertThat(error("java.lang.String")).contains(": is no component, on the class path (expected: a sink");
        assertThat(error("io.headrace.engine.spi.BatchSink")).contains(": is an interface, on the class path");
    }

    @Test
    void shouldSayWhichClassOfAnotherJarIsMissing() throws IOException {
        Path library = new JarMaker()
                .with("org.library.Base", "package org.library; public class Base {}")
                .writeTo(temporary.resolve("lib/library.jar"));
        new JarMaker()
                .against(library)
                .with(
                        "com.example.Needs",
                        SINK.formatted("Needs", "needs").replace("implements", "extends org.library.Base implements"))
                .service(ComponentProvider.OfSink.class, "com.example.Needs")
                .writeTo(jar("acme"));
        assertThat(error("com.example.Needs"))
                .contains(
                        "com.example.Needs: needs the class org.library.Base, which is missing, in plug-in acme",
                        "(expected: its jar beside the plug-in's, in lib or libext)");
        assertThat(registry().warnings())
                .singleElement()
                .asString()
                .startsWith("plug-in acme (" + folder.resolve("acme") + "): ");
        Files.createDirectory(folder.resolve("acme/libext"));
        Files.copy(library, folder.resolve("acme/libext/library.jar"));
        assertThat(check("com.example.Needs$Provider", "").errors()).isEmpty();
    }

    @Test
    void shouldRefuseToStartWithTheLineWhenAClassTurnsOutToBeMissing() throws IOException {
        Path library = new JarMaker()
                .with("org.library.Base", "package org.library; public class Base {}")
                .writeTo(temporary.resolve("lib/library.jar"));
        new JarMaker()
                .against(library)
                .with(
                        "com.example.Late",
                        SINK.formatted("Late", "late").replace("context) {}", "context) { new org.library.Base(); }"))
                .writeTo(jar("acme"));
        ConfigurationReport report = check("com.example.Late", "");
        assertThat(report.errors()).isEmpty();
        try (Agent agent =
                Agent.create(report.configuration(), AgentOptions.defaults().withRegistry(registry()))) {
            assertThatThrownBy(agent::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("a.conf:4: a1.sinks.k1.type: late: needs the class org.library.Base, which is missing"
                            + " (expected: its jar beside the plug-in's, in lib or libext)");
        }
    }

    @Test
    void shouldTellPlugInsOfFlumeToBePorted() throws IOException {
        Path flume = new JarMaker()
                .with("org.apache.flume.sink.AbstractSink", """
                        package org.apache.flume.sink;
                        public abstract class AbstractSink {}
                        """)
                .writeTo(temporary.resolve("flume/flume.jar"));
        new JarMaker()
                .against(flume)
                .with(
                        "com.example.Old",
                        "package com.example; public class Old extends org.apache.flume.sink.AbstractSink {}")
                .writeTo(jar("acme"));
        String ported = "com.example.Old: is written for Flume's own API, in plug-in acme (" + folder.resolve("acme")
                + ") (expected: Flume's plug-ins are to be ported: implement ";
        assertThat(error("com.example.Old")).contains(ported);
        Files.copy(flume, folder.resolve("acme/lib/flume.jar"));
        assertThat(error("com.example.Old")).contains(ported + "io.headrace.engine.spi.BatchSink or ");
    }

    @Test
    void shouldSayWhenAClassIsCompiledForANewerJava() throws IOException {
        Path jar = new JarMaker()
                .with("com.example.New", SINK.formatted("New", "new"))
                .writeTo(jar("acme"));
        byte[] classFile;
        try (var opened = new java.util.jar.JarFile(jar.toFile())) {
            classFile = opened.getInputStream(opened.getEntry("com/example/New.class"))
                    .readAllBytes();
        }
        // The major version stands in the bytes 6 and 7.
        classFile[7] = 99;
        try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new java.util.jar.JarEntry("com/example/New.class"));
            out.write(classFile);
        }
        assertThat(error("com.example.New"))
                .contains("com.example.New: is compiled for a newer Java", "(expected: classes for Java ");
    }

    @Test
    void shouldTellWhatIsNoPlugInAndUseTheOthers() throws IOException {
        sink("acme", "ASink", "acme");
        Files.createDirectories(folder.resolve("bare"));
        Files.createDirectories(folder.resolve("empty/lib"));
        Files.createDirectories(folder.resolve("broken/lib"));
        Files.writeString(folder.resolve("broken/lib/broken.jar"), "no jar");
        Files.writeString(folder.resolve("loose.jar"), "a jar in the wrong place");
        Files.writeString(folder.resolve("README"), "not looked at");
        Path none = temporary.resolve("none");
        PlugIns plugIns = PlugIns.find(List.of(folder, none), List.of("gone.jar"));
        assertThat(plugIns.all()).extracting(PlugIn::name).containsExactly("acme");
        assertThat(plugIns.warnings())
                .containsExactly(
                        "gone.jar: cannot be read, there is no such file or folder (expected: a jar)",
                        folder.resolve("bare")
                                + ": no plug-in, it has no folder lib (expected: plugins.d/NAME/lib/*.jar)",
                        folder.resolve("broken/lib/broken.jar")
                                + ": cannot be read, ZipException: zip END header not found (expected: a jar)",
                        folder.resolve("broken/lib") + ": no jar that can be used (expected: plugins.d/NAME/lib/*.jar)",
                        folder.resolve("empty/lib") + ": no jar that can be used (expected: plugins.d/NAME/lib/*.jar)",
                        folder.resolve("loose.jar") + ": not read (expected: plugins.d/NAME/lib/*.jar)",
                        none + ": cannot be read, there is no such file or folder (expected: a folder)");
        assertThat(check("acme", "").errors()).isEmpty();
        assertThat(check("acme", "").warnings()).hasSize(5);
    }

    @Test
    void shouldLetBuiltInComponentsAndTheFirstPlugInWin() throws IOException {
        sink("acme", "ASink", "logger");
        sink("bolt", "BSink", "tally");
        sink("core", "CSink", "tally");
        ComponentRegistry registry = registry();
        assertThat(registry.get(ComponentProvider.OfSink.class, "logger")
                        .getClass()
                        .getName())
                .startsWith("io.headrace.");
        assertThat(registry.get(ComponentProvider.OfSink.class, "tally")
                        .getClass()
                        .getName())
                .isEqualTo("com.example.BSink$Provider");
        assertThat(registry.get(ComponentProvider.OfSink.class, "com.example.ASink$Provider")
                        .alias())
                .isEqualTo("logger");
        assertThat(registry.warnings())
                .containsExactly(
                        "plug-in acme (" + folder.resolve("acme")
                                + "): sink logger is built in, the built-in one is used"
                                + " (expected: another alias; type = com.example.ASink$Provider means this one)",
                        "plug-in core (" + folder.resolve("core") + "): sink tally is in plug-in bolt ("
                                + folder.resolve("bolt") + "), too, the first one is used (expected: another alias;"
                                + " type = com.example.CSink$Provider means this one)");
    }

    @Test
    void shouldPassOverOneBrokenLineOfServices() throws IOException {
        new JarMaker()
                .with("com.example.ASink", SINK.formatted("ASink", "acme"))
                .service(ComponentProvider.OfSink.class, "com.example.Gone")
                .service(ComponentProvider.OfSink.class, "com.example.ASink$Provider")
                .writeTo(jar("acme"));
        assertThat(registry().warnings()).singleElement().asString().contains("com.example.Gone");
        assertThat(check("acme", "").errors()).isEmpty();
    }

    @Test
    void shouldReadTheClassPathOfFlumesFlag() throws IOException {
        Path jar = new JarMaker()
                .with("com.example.ASink", SINK.formatted("ASink", "acme"))
                .writeTo(temporary.resolve("jars/acme.jar"));
        for (String entry : List.of(jar.toString(), jar.getParent() + "/*")) {
            ComponentRegistry registry = ComponentRegistry.load(PlugIns.find(List.of(), PlugIns.split(entry + ":")));
            assertThat(registry.warnings()).isEmpty();
            assertThat(registry.find(ComponentProvider.OfSink.class, "com.example.ASink"))
                    .as(entry)
                    .isNotNull();
        }
    }

    @Test
    void shouldLoadOwnVersionsOfLibrariesAndShareOurInterfaces() throws IOException {
        // A class that stands on our own class path, too.
        new JarMaker()
                .with("org.HdrHistogram.Histogram", "package org.HdrHistogram; public class Histogram {}")
                .with("org.slf4j.Logger", "package org.slf4j; public interface Logger {}")
                .with(
                        "com.example.ASink",
                        SINK.formatted("ASink", "acme")
                                .replace("context) {}", "context) { new org.HdrHistogram.Histogram(); }"))
                .service(ComponentProvider.OfSink.class, "com.example.ASink$Provider")
                .writeTo(jar("acme"));
        PlugIn plugIn = PlugIns.find(List.of(folder), List.of()).all().get(0);
        assertThat(load(plugIn, "org.HdrHistogram.Histogram").getClassLoader()).isSameAs(plugIn.loader());
        assertThat(load(plugIn, "org.slf4j.Logger")).isSameAs(org.slf4j.Logger.class);
        assertThat(load(plugIn, "org.agrona.DirectBuffer")).isSameAs(org.agrona.DirectBuffer.class);
        assertThat(load(plugIn, "io.headrace.engine.spi.BatchSink")).isSameAs(io.headrace.engine.spi.BatchSink.class);
        assertThat(plugIn.loader()
                        .getResource("org/HdrHistogram/Histogram.class")
                        .toString())
                .contains("acme.jar");
    }

    private static Class<?> load(PlugIn plugIn, String name) {
        try {
            return plugIn.loader().loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private void sink(String plugIn, String name, String alias) throws IOException {
        new JarMaker()
                .with("com.example." + name, SINK.formatted(name, alias))
                .service(ComponentProvider.OfSink.class, "com.example." + name + "$Provider")
                .writeTo(jar(plugIn));
    }

    private Path jar(String plugIn) {
        return folder.resolve(plugIn).resolve("lib").resolve(plugIn + ".jar");
    }

    private ComponentRegistry registry() {
        return ComponentRegistry.load(PlugIns.find(List.of(folder), List.of()));
    }

    private String error(String type) {
        List<String> errors =
                check(type, "").errors().stream().map(Object::toString).toList();
        assertThat(errors).as(type).hasSize(1);
        return errors.get(0);
    }

    private ConfigurationReport check(String sinkType, String line) {
        return ConfigurationLoader.standard(registry(), false)
                .readText(Path.of("a.conf"), """
                        a1.channels = c1
                        a1.sinks = k1
                        a1.channels.c1.type = memory
                        a1.sinks.k1.type = %s
                        a1.sinks.k1.channel = c1
                        %s
                        a1.sources = r1
                        a1.sources.r1.type = seq
                        a1.sources.r1.channels = c1
                        """.formatted(sinkType, line), "a1");
    }
}

package io.headrace.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plug-in whose provider is broken is told by name and harms nobody else. */
class BrokenProvidersTest {
    private static final String PROVIDERS = """
            package bad;
            import io.headrace.engine.config.Setting;
            import io.headrace.engine.spi.*;
            public class Bad {
                public record Bare(String a) {}
                public record WrongDefault(@Setting(key = "port", byDefault = "zz", doc = "Port.") int port) {}
                public record WrongType(@Setting(key = "thread", doc = "Thread.") Thread thread) {}
                public record Throwing(@Setting(key = "port", byDefault = "1", doc = "Port.") int port) {
                    public Throwing { throw new NullPointerException("boo"); }
                }
                public abstract static class Base implements ComponentProvider.OfSink {
                    public String alias() { return getClass().getSimpleName(); }
                    public String summary() { return "x"; }
                    public Sink create(SinkContext context) { return null; }
                }
                public static class NoSetting extends Base {
                    public Class<? extends Record> settingsType() { return Bare.class; }
                }
                public static class BadDefault extends Base {
                    public Class<? extends Record> settingsType() { return WrongDefault.class; }
                }
                public static class BadType extends Base {
                    public Class<? extends Record> settingsType() { return WrongType.class; }
                }
                public static class NoType extends Base {
                    public Class<? extends Record> settingsType() { throw new IllegalStateException("boo"); }
                }
                public static class NoAlias extends Base {
                    public String alias() { return null; }
                    public Class<? extends Record> settingsType() { return Bare.class; }
                }
                public static class BadRecord extends Base {
                    public Class<? extends Record> settingsType() { return Throwing.class; }
                }
            }
            """;
    private static final List<String> BROKEN = List.of("NoSetting", "BadDefault", "BadType", "NoType", "NoAlias");

    @TempDir
    private Path temporary;

    @Test
    void shouldTellBrokenProvidersAndCheckOtherComponentsAllTheSame() throws IOException {
        ComponentRegistry registry = registry();

        assertThat(registry.warnings()).hasSameSizeAs(BROKEN);
        assertThat(registry.all(ComponentProvider.OfSink.class))
                .noneMatch(provider -> BROKEN.contains(provider.getClass().getSimpleName()));
        for (int i = 0; i < BROKEN.size(); i++) {
            assertThat(registry.warnings().get(i))
                    .startsWith("plug-in bad (")
                    .contains("bad.Bad$" + BROKEN.get(i) + " is not used: ");
        }
        ConfigurationReport report = read(registry, "null\na1.sinks.k1.frobnicate = 1");
        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings())
                .extracting(Object::toString)
                .anyMatch(warning -> warning.startsWith("a.conf:9: a1.sinks.k1.frobnicate: unknown key"));
    }

    @Test
    void shouldNameTheLineOfABrokenClass() throws IOException {
        ComponentRegistry registry = registry();
        for (String name : BROKEN) {
            assertThat(read(registry, "bad.Bad$" + name).errors())
                    .as(name)
                    .extracting(Object::toString)
                    .singleElement()
                    .asString()
                    .startsWith("a.conf:8: a1.sinks.k1.type: bad.Bad$" + name + ": cannot be used, in plug-in bad (");
        }
        assertThat(read(registry, "bad.Bad$BadRecord").errors())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .startsWith("a.conf:8: a1.sinks.k1.type: bad.Bad$BadRecord: bad.Bad$Throwing throws"
                        + " java.lang.NullPointerException: boo");
    }

    @Test
    void shouldNameTheMethodThatAClassOfAnotherVersionLacks() throws IOException {
        String base = """
                package lib;
                import io.headrace.engine.channel.Lease;
                import io.headrace.engine.spi.*;
                public abstract class Base implements BatchSink {
                    public int maxBatchEvents() { return 1; }
                    public void start() {}
                    public byte[] deliver(Lease lease) { return null; }
                    %s
                }
                """;
        Path old = new JarMaker()
                .with("lib.Base", base.formatted("public void stop() {}"))
                .writeTo(temporary.resolve("old/base.jar"));
        Path folder = Files.createDirectory(temporary.resolve("plugins.d"));
        new JarMaker()
                .with("x.Built", "package x; public class Built extends lib.Base {}")
                .against(old)
                .writeTo(folder.resolve("x/lib/x.jar"));
        new JarMaker().with("lib.Base", base.formatted("")).writeTo(folder.resolve("x/libext/base.jar"));
        ComponentRegistry registry = ComponentRegistry.load(PlugIns.find(List.of(folder), List.of()));

        assertThat(read(registry, "x.Built").errors())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .startsWith("a.conf:8: a1.sinks.k1.type: x.Built: lacks the method stop of"
                        + " io.headrace.engine.spi.Lifecycle, in plug-in x (");
    }

    private ComponentRegistry registry() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("plugins.d"));
        JarMaker jar = new JarMaker().with("bad.Bad", PROVIDERS);
        BROKEN.forEach(name -> jar.service(ComponentProvider.OfSink.class, "bad.Bad$" + name));
        jar.writeTo(folder.resolve("bad/lib/bad.jar"));
        return ComponentRegistry.load(PlugIns.find(List.of(folder), List.of()));
    }

    private static ConfigurationReport read(ComponentRegistry registry, String sink) {
        return ConfigurationLoader.standard(registry, false).readText(Path.of("a.conf"), """
                        a1.sources = r1
                        a1.channels = c1
                        a1.sinks = k1
                        a1.sources.r1.type = seq
                        a1.sources.r1.channels = c1
                        a1.channels.c1.type = memory
                        a1.sinks.k1.channel = c1
                        a1.sinks.k1.type = %s
                        """.formatted(sink), "a1");
    }
}

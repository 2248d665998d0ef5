package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation finds mistakes: each {@link PlantedLinkBug} is compiled into a copy of the classes that it is in, and the
 * schedules of {@link TierSimulationTest} run with these until one fails. Run with
 * {@code mvn -pl wal,engine,transport/protocol,transport test -Dtest=PlantedLinkBugTest -Dsurefire.failIfNoSpecifiedTests=false -Dexcluded.test.groups=rig}.
 */
@Tag("slow")
class PlantedLinkBugTest {
    private static final int SCHEDULES = 500;
    private static final int ROUND = 100;

    private static final List<String> FOUND = new ArrayList<>();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    private final Map<Long, Throwable> reasons = new ConcurrentHashMap<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void trackFewBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void trackAsBefore() {
        ResourceLeakDetector.setLevel(level);
    }

    @AfterAll
    static void tell() {
        System.out.printf("%-34s %6s  %s%n", "planted", "seed", "promise");
        FOUND.forEach(line -> System.out.println(line.lines().findFirst().orElse("")));
    }

    @ParameterizedTest
    @EnumSource
    void shouldFind(PlantedLinkBug bug) throws Exception {
        Path classes = compile(bug);
        try (PatchedLoader loader = new PatchedLoader(classes)) {
            reasons.clear();
            OptionalLong seed = firstFailure(loader, SCHEDULES, bug::isFoundBy);
            assertThat(seed)
                    .as("%s: a seed of %,d that fails because %s", bug, SCHEDULES, bug.what)
                    .isPresent();
            Throwable reason = reasons.get(seed.getAsLong());
            // A class that doesn't link would fail each seed, too.
            assertThat(reason).isNotInstanceOf(LinkageError.class);
            FOUND.add("%-34s %6d  %s".formatted(bug, seed.getAsLong(), reason.getMessage()));
            assertThat(reason.getClass().getName()).as("%s", reason).isEqualTo(TierPromise.Broken.class.getName());
        }
    }

    @Test
    void shouldFindNothingWhereNothingIsPlanted() throws Exception {
        try (PatchedLoader loader = new PatchedLoader(Files.createDirectory(folder.resolve("none")))) {
            assertThat(firstFailure(loader, 2 * ROUND, reason -> true)).isEmpty();
        }
        assertThat(reasons).isEmpty();
    }

    private OptionalLong firstFailure(PatchedLoader loader, int schedules, Predicate<Throwable> wanted)
            throws Exception {
        Class<?> coverage = loader.loadClass(TierCoverage.class.getName());
        Constructor<?> newCoverage = coverage.getDeclaredConstructor();
        newCoverage.setAccessible(true);
        Class<?> simulation = loader.loadClass(TierSimulation.class.getName());
        Constructor<?> newSimulation = simulation.getDeclaredConstructor(long.class, coverage);
        newSimulation.setAccessible(true);
        Method run = simulation.getDeclaredMethod("run");
        run.setAccessible(true);
        Object counts = newCoverage.newInstance();
        for (long first = 1; first <= schedules; first += ROUND) {
            OptionalLong found = LongStream.range(first, first + ROUND)
                    .parallel()
                    .filter(seed -> fails(newSimulation, run, seed, counts) && wanted.test(reasons.get(seed)))
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
        }
        return OptionalLong.empty();
    }

    private boolean fails(Constructor<?> newSimulation, Method run, long seed, Object coverage) {
        try {
            run.invoke(newSimulation.newInstance(seed, coverage));
            return false;
        } catch (InvocationTargetException e) {
            reasons.put(seed, e.getCause());
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path compile(PlantedLinkBug bug) throws IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (PlantedLinkBug.Edit edit : bug.edits) {
            Path original = module(edit.module()).resolve("src/main/java/io/headrace/" + edit.source() + ".java");
            Path patched = sources.computeIfAbsent(edit.className(), name -> copy(original));
            String text = Files.readString(patched);
            assertThat(text.split(java.util.regex.Pattern.quote(edit.text()), -1))
                    .as("%s has once: %s", edit.source(), edit.text())
                    .hasSize(2);
            Files.writeString(patched, text.replace(edit.text(), edit.replacement()));
        }
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(
                List.of("-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        sources.values().forEach(source -> arguments.add(source.toString()));
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .as("exit code of javac")
                .isZero();
        return classes;
    }

    private Path copy(Path original) {
        try {
            Path parent = Files.createDirectories(
                    folder.resolve("sources").resolve(original.getParent().getFileName()));
            return Files.copy(original, parent.resolve(original.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path module(String name) {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return here.getFileName().toString().equals(name) ? here : here.resolveSibling(name);
    }

    /** Our classes are its own, the planted ones first; everything else is the test's. */
    private static final class PatchedLoader extends URLClassLoader {
        PatchedLoader(Path patched) {
            super(urls(patched), PatchedLoader.class.getClassLoader());
        }

        private static URL[] urls(Path patched) {
            List<Path> paths = new ArrayList<>(List.of(patched));
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                paths.add(Path.of(entry));
            }
            return paths.stream().map(PatchedLoader::url).toArray(URL[]::new);
        }

        private static URL url(Path path) {
            try {
                return path.toUri().toURL();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.headrace.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> found = findLoadedClass(name);
                return found == null ? findClass(name) : found;
            }
        }
    }
}

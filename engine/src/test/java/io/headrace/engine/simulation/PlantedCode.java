package io.headrace.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Our classes with a mistake planted into some: a text of their sources is replaced, they are compiled into a folder, and a
 * loader of its own takes them from there. Seeds of a simulation run with these until one fails.
 *
 * <p>A simulation is a class with a constructor of a seed and a coverage, and a method {@code run}; a coverage is a class with a
 * constructor without parameters, safe for any thread.
 */
public final class PlantedCode implements AutoCloseable {
    private static final int ROUND = 100;

    private final PatchedLoader loader;
    private final Map<Long, Throwable> reasons = new ConcurrentHashMap<>();

    private PlantedCode(PatchedLoader loader) {
        this.loader = loader;
    }

    /**
     * Replaces a text that occurs once in a source file.
     *
     * @param module folder of the module, from the top
     * @param source of a class, below {@code io/headrace}
     */
    public record Edit(String module, String source, String text, String replacement) {
        String className() {
            return "io.headrace." + source.replace('/', '.');
        }
    }

    /**
     * Plants edits, none for the classes as they are.
     *
     * @param folder an empty one
     */
    public static PlantedCode of(List<Edit> edits, Path folder) throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        if (!edits.isEmpty()) {
            compile(edits, folder.resolve("sources"), classes);
        }
        return new PlantedCode(new PatchedLoader(classes));
    }

    /**
     * Runs seeds from 1 on, all processors at a time.
     *
     * @param wanted which failures count
     * @return the smallest of a round of seeds that fails so; empty when none of {@code seeds} does
     */
    public OptionalLong firstFailure(Class<?> simulation, Class<?> coverage, long seeds, Predicate<Throwable> wanted)
            throws ReflectiveOperationException {
        Class<?> loadedCoverage = loader.loadClass(coverage.getName());
        Constructor<?> newCoverage = loadedCoverage.getDeclaredConstructor();
        newCoverage.setAccessible(true);
        Class<?> loaded = loader.loadClass(simulation.getName());
        Constructor<?> newSimulation = loaded.getDeclaredConstructor(long.class, loadedCoverage);
        newSimulation.setAccessible(true);
        Method run = loaded.getDeclaredMethod("run");
        run.setAccessible(true);
        Object counts = newCoverage.newInstance();
        reasons.clear();
        for (long first = 1; first <= seeds; first += ROUND) {
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

    /** Why seeds failed that ran, whether that was wanted or not. */
    public Map<Long, Throwable> reasons() {
        return reasons;
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

    private static void compile(List<Edit> edits, Path patches, Path classes) throws IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (Edit edit : edits) {
            Path original = module(edit.module()).resolve("src/main/java/io/headrace/" + edit.source() + ".java");
            Path patched = sources.computeIfAbsent(edit.className(), name -> copy(original, patches));
            String text = Files.readString(patched);
            assertThat(text.split(Pattern.quote(edit.text()), -1))
                    .as("%s has once: %s", edit.source(), edit.text())
                    .hasSize(2);
            Files.writeString(patched, text.replace(edit.text(), edit.replacement()));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(
                List.of("-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        sources.values().forEach(source -> arguments.add(source.toString()));
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .as("exit code of javac")
                .isZero();
    }

    private static Path copy(Path original, Path patches) {
        try {
            Path parent =
                    Files.createDirectories(patches.resolve(original.getParent().getFileName()));
            return Files.copy(original, parent.resolve(original.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path module(String name) {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return here.getFileName().toString().equals(name) ? here : here.resolveSibling(name);
    }

    @Override
    public void close() throws IOException {
        loader.close();
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

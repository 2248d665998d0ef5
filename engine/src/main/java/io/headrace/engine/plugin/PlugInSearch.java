package io.headrace.engine.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Finds plug-ins on disk and opens what they bring. Used once. */
final class PlugInSearch {
    private static final String CLASS_PATH = "--classpath";
    private static final String LAYOUT = " (expected: plugins.d/NAME/lib/*.jar)";

    private final ClassLoader base;
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, PlugIn> byName = new LinkedHashMap<>();

    PlugInSearch(ClassLoader base) {
        this.base = base;
    }

    PlugIns find(List<Path> folders, List<String> classPath) {
        List<Path> entries = entries(classPath);
        ClassLoader parent = base;
        PlugIn onClassPath = null;
        if (!entries.isEmpty()) {
            parent = new PlugInLoader(CLASS_PATH, urls(entries), List.of(), base);
            onClassPath = new PlugIn(CLASS_PATH, entries.get(0), entries, parent);
        }
        for (Path folder : folders) {
            for (Path entry : list(folder)) {
                add(entry, parent);
            }
        }
        List<PlugIn> all = new ArrayList<>(byName.values());
        if (onClassPath != null) {
            all.add(onClassPath);
        }
        return new PlugIns(folders, all, base, warnings);
    }

    private void add(Path entry, ClassLoader parent) {
        String name = entry.getFileName().toString();
        if (name.startsWith(".")) {
            return;
        } else if (!Files.isDirectory(entry)) {
            if (isJar(entry)) {
                warnings.add(entry + ": not read" + LAYOUT);
            }
            return;
        }
        PlugIn other = byName.get(name);
        if (other != null) {
            warnings.add(entry + ": not used, " + other + " has the same name (expected: one plug-in of a name)");
            return;
        }
        Path lib = entry.resolve("lib");
        if (!Files.isDirectory(lib)) {
            warnings.add(entry + ": no plug-in, it has no folder lib" + LAYOUT);
            return;
        }
        List<Path> jars = new ArrayList<>(jars(lib));
        if (jars.isEmpty()) {
            warnings.add(lib + ": no jar that can be used" + LAYOUT);
            return;
        }
        if (Files.isDirectory(entry.resolve("libext"))) {
            jars.addAll(jars(entry.resolve("libext")));
        }
        Path natives = entry.resolve("native");
        List<Path> libraries = Files.isDirectory(natives) ? List.of(natives) : List.of();
        byName.put(
                name,
                new PlugIn(name, entry, List.copyOf(jars), new PlugInLoader(name, urls(jars), libraries, parent)));
    }

    private List<Path> entries(List<String> classPath) {
        List<Path> entries = new ArrayList<>();
        for (String written : classPath) {
            boolean allJars = written.equals("*") || written.endsWith("/*");
            try {
                Path path = Path.of(allJars ? written.substring(0, written.length() - 1) : written);
                if (allJars) {
                    entries.addAll(jars(path));
                } else if (Files.isDirectory(path) || isSound(path)) {
                    entries.add(path);
                }
            } catch (InvalidPathException e) {
                warnings.add(written + ": not read, " + e.getMessage() + " (expected: a jar or a folder)");
            }
        }
        return List.copyOf(entries);
    }

    /** The jars of a folder that can be read, in order of names. */
    private List<Path> jars(Path folder) {
        return list(folder).stream()
                .filter(PlugInSearch::isJar)
                .filter(this::isSound)
                .toList();
    }

    private List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (UncheckedIOException e) {
            return unreadable(folder, e.getCause());
        } catch (IOException e) {
            return unreadable(folder, e);
        }
    }

    private List<Path> unreadable(Path folder, IOException e) {
        warnings.add(folder + ": cannot be read, " + reason(e) + " (expected: a folder)");
        return List.of();
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar");
    }

    /** A class loader would pass over a damaged jar without a word. */
    private boolean isSound(Path jar) {
        try (JarFile opened = new JarFile(jar.toFile())) {
            return opened.size() >= 0;
        } catch (IOException | SecurityException e) {
            warnings.add(jar + ": cannot be read, " + reason(e) + " (expected: a jar)");
            return false;
        }
    }

    private static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        } else if (e instanceof NotDirectoryException) {
            return "it is not a folder";
        } else if (e instanceof AccessDeniedException) {
            return "access is denied";
        } else if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getClass().getSimpleName() + (e instanceof FileSystemException ? "" : ": " + e.getMessage());
    }

    private static List<URL> urls(List<Path> paths) {
        List<URL> urls = new ArrayList<>();
        for (Path path : paths) {
            try {
                urls.add(path.toAbsolutePath().toUri().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException(path + ": has no URL (expected: a file of the default file system)", e);
            }
        }
        return urls;
    }
}

package io.headrace.engine.plugin;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * Loads the classes of one plug-in, its own first, so that the versions of libraries that it brings clash neither with
 * ours nor with those of other plug-ins. Only Java itself, {@code io.headrace} and {@code org.slf4j} come from the parent
 * before that: the objects that both sides hand one another must be of the same classes. What the plug-in doesn't bring
 * comes from the parent, too. Safe for any thread.
 */
final class PlugInLoader extends URLClassLoader {
    private static final List<String> SHARED = List.of("io.headrace.", "org.slf4j.");

    static {
        registerAsParallelCapable();
    }

    private final List<Path> natives;

    /** @param natives folders of native libraries */
    PlugInLoader(String name, List<URL> jars, List<Path> natives, ClassLoader parent) {
        super(name, jars.toArray(URL[]::new), parent);
        this.natives = List.copyOf(natives);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> found = findLoadedClass(name);
            if (found == null) {
                found = find(name);
            }
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    private Class<?> find(String name) throws ClassNotFoundException {
        if (isShared(name)) {
            return super.loadClass(name, false);
        }
        try {
            return ClassLoader.getPlatformClassLoader().loadClass(name);
        } catch (ClassNotFoundException notOfJava) {
            // Looked for below.
        }
        try {
            return findClass(name);
        } catch (ClassNotFoundException notOwn) {
            return getParent().loadClass(name);
        }
    }

    private static boolean isShared(String name) {
        return name.startsWith("java.") || SHARED.stream().anyMatch(name::startsWith);
    }

    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : super.getResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> all = Collections.list(findResources(name));
        List<URL> inherited = new ArrayList<>(Collections.list(getParent().getResources(name)));
        inherited.removeIf(url -> all.stream().anyMatch(own -> own.toString().equals(url.toString())));
        all.addAll(inherited);
        return Collections.enumeration(all);
    }

    @Override
    protected String findLibrary(String name) {
        String file = System.mapLibraryName(name);
        for (Path folder : natives) {
            Path library = folder.resolve(file);
            if (Files.isRegularFile(library)) {
                return library.toAbsolutePath().toString();
            }
        }
        return null;
    }
}

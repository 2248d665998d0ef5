package io.headrace.engine.plugin;

import java.nio.file.Path;
import java.util.List;

/**
 * Components from outside, with a class loader of their own. Immutable.
 *
 * @param name its folder's name
 * @param folder where it was found
 * @param jars what its classes come from
 * @param loader of its classes
 */
public record PlugIn(String name, Path folder, List<Path> jars, ClassLoader loader) {
    /** Whether the plug-in itself brought a class. */
    boolean brought(Class<?> type) {
        return type.getClassLoader() == loader;
    }

    @Override
    public String toString() {
        return "plug-in " + name + " (" + folder + ")";
    }
}

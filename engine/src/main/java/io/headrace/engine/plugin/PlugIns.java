package io.headrace.engine.plugin;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The plug-ins of a process: {@code NAME/lib/*.jar}, {@code NAME/libext/*.jar} and {@code NAME/native} below folders such
 * as {@code plugins.d}, as Flume has them. Found once, in order of folders and names; what looks wrong is told, not
 * thrown, because an agent that doesn't need it runs all the same. Immutable.
 */
public final class PlugIns {
    private static final PlugIns NONE = new PlugIns(List.of(), List.of(), PlugIns.class.getClassLoader(), List.of());

    private final List<Path> folders;
    private final List<PlugIn> all;
    private final ClassLoader base;
    private final List<String> warnings;

    PlugIns(List<Path> folders, List<PlugIn> all, ClassLoader base, List<String> warnings) {
        this.folders = List.copyOf(folders);
        this.all = List.copyOf(all);
        this.base = base;
        this.warnings = List.copyOf(warnings);
    }

    /** No plug-ins. */
    public static PlugIns none() {
        return NONE;
    }

    /**
     * Looks for plug-ins.
     *
     * @param folders those that hold a folder for each plug-in
     * @param classPath more jars, folders of classes, and {@code FOLDER/*} for all jars of a folder: a plug-in of its own,
     *     whose classes the others see behind their own ones
     */
    public static PlugIns find(List<Path> folders, List<String> classPath) {
        return new PlugInSearch(PlugIns.class.getClassLoader()).find(folders, classPath);
    }

    /** The parts of a path with {@code :} between them. */
    public static List<String> split(String path) {
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(part -> !part.isBlank())
                .toList();
    }

    /** The folders that were looked into. */
    public List<Path> folders() {
        return folders;
    }

    /** All that can be used, in the order in which names are looked up. */
    public List<PlugIn> all() {
        return all;
    }

    /** What looks wrong, one line each. */
    public List<String> warnings() {
        return warnings;
    }

    /** The plug-in that brought a class. */
    public Optional<PlugIn> of(Class<?> type) {
        return all.stream().filter(plugIn -> plugIn.brought(type)).findFirst();
    }

    /** The loader of the classes that no plug-in brought. */
    ClassLoader base() {
        return base;
    }

    /** Where was looked, for messages. */
    String places() {
        if (!all.isEmpty()) {
            return "not in "
                    + String.join(", ", all.stream().map(PlugIn::toString).toList());
        }
        return folders.isEmpty()
                ? "there are no plug-ins"
                : "there is no plug-in in "
                        + String.join(", ", folders.stream().map(Path::toString).toList());
    }
}

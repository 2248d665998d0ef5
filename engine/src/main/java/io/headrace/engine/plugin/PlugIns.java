package io.headrace.engine.plugin;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plug-ins of a process: {@code NAME/lib/*.jar}, {@code NAME/libext/*.jar} and {@code NAME/native} below folders such
 * as {@code plugins.d}, as Flume has them. Found once, in order of folders and names; what looks wrong is told, not
 * thrown, because an agent that doesn't need it runs all the same. Immutable.
 */
public final class PlugIns {
    private static final PlugIns NONE = new PlugIns(List.of(), List.of(), PlugIns.class.getClassLoader(), List.of());
    private static final String CLASS = ".class";
    private static final Logger LOG = LoggerFactory.getLogger(PlugIns.class);

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

    /** The classes in the plug-ins' jars, without those nested in others; for suggestions. */
    List<String> classNames() {
        List<String> names = new ArrayList<>();
        for (PlugIn plugIn : all) {
            for (Path jar : plugIn.jars()) {
                addClassNames(jar, names);
            }
        }
        return names;
    }

    private static void addClassNames(Path jar, List<String> names) {
        if (!Files.isRegularFile(jar)) {
            return;
        }
        try (JarFile opened = new JarFile(jar.toFile())) {
            opened.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(CLASS) && name.indexOf('$') < 0)
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .forEach(names::add);
        } catch (IOException unreadable) {
            LOG.debug("{}: no suggestions from there", jar, unreadable);
        }
    }

    /** Where was looked, for messages. */
    String places() {
        if (!all.isEmpty()) {
            return "not in "
                    + String.join(", ", all.stream().map(PlugIn::toString).toList());
        }
        return folders.isEmpty()
                ? "there are no plug-ins to look into, see --plugins-path"
                : "there is no plug-in in "
                        + String.join(", ", folders.stream().map(Path::toString).toList());
    }
}

package io.headrace.tools;

import io.headrace.engine.plugin.PlugIns;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Where a command finds components that are not built in; the flags are Flume's. */
final class PlugInOptions {
    /** Set by the launcher: its own path, and the folder of the distribution. */
    private static final String LAUNCHER = "headrace.launcher";

    private static final String HOME = "headrace.home";
    private static final String FOLDER = "plugins.d";
    /** What {@code conf/flume-env.sh} sets. */
    private static final String CLASS_PATH_OF_FLUME = "FLUME_CLASSPATH";

    @Option(
            names = "--plugins-path",
            paramLabel = "DIR[:DIR]...",
            description = "Folders with plug-ins, NAME/lib/*.jar in each, besides plugins.d of the installation.")
    private List<String> paths = List.of();

    @Option(
            names = {"-C", "--classpath"},
            paramLabel = "PATH[:PATH]...",
            description = "Jars, folders of classes or DIR/* that hold more components.")
    private List<String> classPaths = List.of();

    /** The components there are; nothing is said about plug-ins that cannot be used, the registry knows. */
    ComponentRegistry registry() {
        List<String> classPath = new ArrayList<>();
        classPaths.forEach(path -> classPath.addAll(PlugIns.split(path)));
        String ofFlume = System.getenv(CLASS_PATH_OF_FLUME);
        if (ofFlume != null) {
            classPath.addAll(PlugIns.split(ofFlume));
        }
        return ComponentRegistry.load(PlugIns.find(folders(), classPath));
    }

    /** As {@link #registry()}; what is wrong with plug-ins is said. */
    ComponentRegistry registry(Console console) {
        ComponentRegistry registry = registry();
        registry.warnings().forEach(warning -> console.err().println("headrace: warning: " + warning));
        return registry;
    }

    private List<Path> folders() {
        Set<Path> folders = new LinkedHashSet<>();
        for (String path : paths) {
            PlugIns.split(path).forEach(folder -> folders.add(folder(folder)));
        }
        installation().stream().filter(Files::isDirectory).forEach(folders::add);
        return List.copyOf(folders);
    }

    private static Path folder(String written) {
        try {
            return Path.of(written);
        } catch (InvalidPathException e) {
            throw new CommandException(
                    ExitCode.USAGE, "--plugins-path: " + written + " (expected: folders): " + e.getMessage(), e);
        }
    }

    /** Beside the launcher's folder, and in the distribution that a source tree has built. */
    private static List<Path> installation() {
        List<Path> folders = new ArrayList<>();
        String launcher = System.getProperty(LAUNCHER);
        if (launcher != null) {
            Path above = Path.of(launcher).toAbsolutePath().getParent().getParent();
            folders.add((above == null ? Path.of("/") : above).resolve(FOLDER));
        }
        String home = System.getProperty(HOME);
        if (home != null) {
            folders.add(Path.of(home).toAbsolutePath().resolve(FOLDER));
        }
        return folders;
    }
}

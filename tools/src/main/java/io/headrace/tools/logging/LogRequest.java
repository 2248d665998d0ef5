package io.headrace.tools.logging;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What the properties of Java ask for: {@code headrace.log.level}, and Flume's {@code flume.root.logger =
 * LEVEL,APPENDER} with {@code console} (standard error) or {@code LOGFILE}, the file {@code flume.log.file} (flume.log)
 * in {@code flume.log.dir} (logs). Where both give a level, {@code headrace.log.level} wins. Immutable.
 *
 * @param level of Headrace's own loggers
 * @param file where messages go instead of standard error
 */
public record LogRequest(Level level, Optional<Path> file) {
    /** The level of Headrace's own loggers; the libraries' are never below info. */
    public static final String LEVEL_PROPERTY = "headrace.log.level";

    /** Flume's level and destination. */
    public static final String FLUME_PROPERTY = "flume.root.logger";

    static final LogRequest DEFAULT = new LogRequest(Level.INFO, Optional.empty());

    private static final String FOLDER_PROPERTY = "flume.log.dir";
    private static final String FILE_PROPERTY = "flume.log.file";
    private static final String LEVELS = "TRACE, DEBUG, INFO, WARN, ERROR or OFF";

    /** Log4j has two more. */
    private static final Map<String, Level> LEVEL_NAMES = Map.of(
            "ALL",
            Level.TRACE,
            "TRACE",
            Level.TRACE,
            "DEBUG",
            Level.DEBUG,
            "INFO",
            Level.INFO,
            "WARN",
            Level.WARN,
            "ERROR",
            Level.ERROR,
            "FATAL",
            Level.ERROR,
            "OFF",
            Level.OFF);

    /**
     * Reads the properties.
     *
     * @throws IllegalArgumentException with key, value and expectation
     */
    public static LogRequest read(Properties properties) {
        Level level = Level.INFO;
        Optional<Path> file = Optional.empty();
        String flume = properties.getProperty(FLUME_PROPERTY);
        if (flume != null) {
            String[] parts = flume.split(",");
            level = level(FLUME_PROPERTY, flume, parts.length == 0 ? "" : parts[0]);
            for (int part = 1; part < parts.length; part++) {
                file = destination(flume, parts[part].trim(), properties);
            }
        }
        String own = properties.getProperty(LEVEL_PROPERTY);
        return new LogRequest(own == null ? level : level(LEVEL_PROPERTY, own, own), file);
    }

    /** Makes the folder of the file, if it wants one, and tries whether the file can be written. */
    public void prepareFile() throws IOException {
        if (file.isPresent()) {
            Path folder = file.get().toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Files.newOutputStream(file.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        }
    }

    private static Level level(String key, String value, String name) {
        Level level = LEVEL_NAMES.get(name.trim().toUpperCase(Locale.ROOT));
        if (level == null) {
            String form = key.equals(FLUME_PROPERTY) ? "LEVEL,console or LEVEL,LOGFILE with LEVEL " : "";
            throw new IllegalArgumentException("-D" + key + ": " + value + " (expected: " + form + LEVELS + ")");
        }
        return level;
    }

    private static Optional<Path> destination(String value, String name, Properties properties) {
        if (name.equalsIgnoreCase("console")) {
            return Optional.empty();
        }
        if (name.equalsIgnoreCase("LOGFILE")) {
            String folder = properties.getProperty(FOLDER_PROPERTY, "logs");
            String file = properties.getProperty(FILE_PROPERTY, "flume.log");
            try {
                return Optional.of(Path.of(folder, file));
            } catch (InvalidPathException invalid) {
                throw new IllegalArgumentException(
                        "-D" + FOLDER_PROPERTY + ", -D" + FILE_PROPERTY + ": " + folder + ", " + file
                                + " (expected: a folder and a file name)",
                        invalid);
            }
        }
        throw new IllegalArgumentException("-D" + FLUME_PROPERTY + ": " + value + " (expected: LEVEL,console or"
                + " LEVEL,LOGFILE; others by -Dlogback.configurationFile)");
    }
}

package io.headrace.engine.config;

import java.nio.file.Path;

/**
 * A key of a properties file with its value and the place where it was written. Immutable.
 *
 * @param key in full, as it was written
 * @param value as it was written, after escapes and interpolation, trimmed
 * @param file where it was written, or null when it came from a program
 * @param line where the key begins, from 1; 0 when it came from a program
 */
public record ConfigValue(String key, String value, Path file, int line) {
    /** A value that no file holds. */
    public static ConfigValue of(String key, String value) {
        return new ConfigValue(key, value, null, 0);
    }

    /** {@code file:line: }, or nothing when no file holds it; ready to stand before a message. */
    public String place() {
        return file == null ? "" : file + ":" + line + ": ";
    }

    /** The same place and key with another value. */
    public ConfigValue withValue(String newValue) {
        return new ConfigValue(key, newValue, file, line);
    }
}

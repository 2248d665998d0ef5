package io.headrace.engine.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where components keep what is theirs: {@code ~/.headrace/data/AGENT/KIND+NAME}, below {@code -Dheadrace.data} instead
 * when that is set.
 */
final class DataFolder {
    private static final String PROPERTY = "headrace.data";

    private DataFolder() {}

    /** The folder of a component, made when there is none. */
    static Path of(String agent, String component) {
        String set = System.getProperty(PROPERTY);
        Path base = set != null ? Path.of(set) : Path.of(System.getProperty("user.home"), ".headrace", "data");
        Path folder = base.resolve(encoded(agent)).resolve(encoded(component));
        try {
            return Files.createDirectories(folder).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be made (expected: a folder for " + component + ")", e);
        }
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}

package io.headrace.benchmarks.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The suites of a folder, by the names of their files. */
final class SuiteFiles {
    private static final String END = ".json";

    private SuiteFiles() {}

    /**
     * Those that are wanted, in that order, or all in their own order.
     *
     * @throws IllegalArgumentException when one is not there, or a file is not right
     */
    static List<Suite> read(Path folder, List<String> wanted) throws IOException {
        Map<String, Suite> all = new LinkedHashMap<>();
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.getFileName().toString().endsWith(END))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            Suite suite = read(file);
            all.put(suite.name(), suite);
        }
        if (wanted.isEmpty()) {
            return all.values().stream()
                    .sorted(Comparator.comparing(Suite::order).thenComparing(Suite::name))
                    .toList();
        }
        List<Suite> suites = new ArrayList<>();
        for (String name : wanted) {
            Suite suite = all.get(name);
            if (suite == null) {
                throw new IllegalArgumentException("suite: " + name + " (expected: of " + all.keySet() + ")");
            }
            suites.add(suite);
        }
        return suites;
    }

    private static Suite read(Path file) throws IOException {
        String name = file.getFileName().toString();
        try {
            JsonNode tree = Json.tree(Files.readString(file));
            if (!(tree instanceof ObjectNode object)) {
                throw new IllegalArgumentException("no object (expected: a suite)");
            }
            object.put("name", name.substring(0, name.length() - END.length()));
            return Json.convert(object, Suite.class);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("suites/" + name + ": " + e.getMessage(), e);
        }
    }
}

package io.headrace.engine.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Flume's components by name, with their keys and with the keys that articles write by mistake, from {@code
 * flume-components.conf}, whose first lines describe its syntax. It answers only for types that no provider has, except
 * for mistakes, which are known for all. Immutable.
 */
final class FlumeCatalogue {
    private static final String RESOURCE = "flume-components.conf";

    /** Read when first asked for: an agent of which nothing is wrong does without. */
    private static final class Standard {
        static final List<FlumeType> TYPES = load();
    }

    private final Supplier<List<FlumeType>> types;

    private FlumeCatalogue(Supplier<List<FlumeType>> types) {
        this.types = types;
    }

    static FlumeCatalogue standard() {
        return new FlumeCatalogue(() -> Standard.TYPES);
    }

    /**
     * Reads types.
     *
     * @throws IllegalArgumentException when a line is not understood; names it
     */
    static List<FlumeType> parse(List<String> lines) {
        Map<String, List<FlumeKey>> shared = new LinkedHashMap<>();
        List<FlumeType> types = new ArrayList<>();
        List<FlumeKey> keys = new ArrayList<>();
        String[] head = null;
        String instead = "";
        for (String raw : lines) {
            String line = raw.trim();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            } else if (line.startsWith("[")) {
                finish(head, instead, keys, shared, types);
                head = line.substring(1, line.length() - 1).split("\\s+");
                keys = new ArrayList<>();
                instead = "";
            } else if (line.startsWith("use ")) {
                instead = line.substring(4).trim();
            } else if (line.startsWith("include ")) {
                String name = line.substring(8).trim();
                if (!shared.containsKey(name)) {
                    throw new IllegalArgumentException(line + " (expected: keys defined above)");
                }
                keys.addAll(shared.get(name));
            } else {
                keys.add(FlumeKey.parse(line));
            }
        }
        finish(head, instead, keys, shared, types);
        return List.copyOf(types);
    }

    private static void finish(
            String[] head,
            String instead,
            List<FlumeKey> keys,
            Map<String, List<FlumeKey>> shared,
            List<FlumeType> types) {
        if (head == null) {
            return;
        } else if (head[0].equals("keys")) {
            shared.put(head[1], List.copyOf(keys));
        } else {
            List<String> names = List.of(head).subList(1, head.length);
            types.add(new FlumeType(head[0], names, instead, List.copyOf(keys)));
        }
    }

    /** What is known of a type; {@code kind} as {@link ComponentKind#word()}, also {@code processor}. */
    Optional<FlumeType> find(String kind, String type) {
        return types.get().stream()
                .filter(known -> known.kind().equals(kind) && known.isNamed(type))
                .findFirst();
    }

    /** All types of a kind. */
    List<FlumeType> all(String kind) {
        return types.get().stream().filter(known -> known.kind().equals(kind)).toList();
    }

    private static List<FlumeType> load() {
        try (InputStream in = FlumeCatalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + ": missing (expected: beside this class)");
            }
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

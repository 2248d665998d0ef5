package io.headrace.benchmarks.suites;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Reads and writes records as JSON; what a record doesn't know is refused. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private Json() {}

    /**
     * @throws IllegalArgumentException with what is wrong, when it is no such record
     */
    static <T> T parse(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(reason(e), e);
        }
    }

    static JsonNode tree(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(reason(e), e);
        }
    }

    static <T> T convert(JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(reason(e), e);
        }
    }

    /**
     * Reads a file of such a record.
     *
     * @throws IllegalArgumentException with the file and what is wrong, when it is none
     */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        try {
            return parse(Files.readString(file), type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a record without what is null; the file is there as a whole or as it was. */
    public static void write(Path file, Object value) throws IOException {
        JsonNode tree = MAPPER.valueToTree(value);
        removeNulls(tree);
        byte[] bytes = (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, bytes);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** One line, as contestants print it. */
    public static String line(Object value) {
        JsonNode tree = MAPPER.valueToTree(value);
        removeNulls(tree);
        return tree.toString();
    }

    private static void removeNulls(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.properties().removeIf(entry -> entry.getValue().isNull());
        }
        tree.forEach(Json::removeNulls);
    }

    /** What a record's constructor said, or the parser. */
    private static String reason(JsonProcessingException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IllegalArgumentException) {
            return cause.getMessage();
        }
        String where =
                e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty() ? path(mapping) + ": " : "";
        return where + e.getOriginalMessage();
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference each : e.getPath()) {
            path.append(path.length() == 0 || each.getFieldName() == null ? "" : ".")
                    .append(each.getFieldName() == null ? "[" + each.getIndex() + "]" : each.getFieldName());
        }
        return path.toString();
    }
}

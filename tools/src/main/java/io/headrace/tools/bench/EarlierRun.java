package io.headrace.tools.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an earlier run left by {@code --json}, as far as a later one compares itself with it.
 *
 * @param workload its name
 * @param conditions as {@link BenchReport#conditions()}
 * @param figures by key
 */
public record EarlierRun(String workload, Map<String, String> conditions, Map<String, Figure> figures) {
    /**
     * Reads it.
     *
     * @throws IllegalArgumentException when there is no such file, or it holds something else
     */
    public static EarlierRun read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(wrong(file, "a folder"));
        }
        try (JsonParser json = new JsonFactory().createParser(Files.readString(file))) {
            return read(file, json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(wrong(file, e.getOriginalMessage()), e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(wrong(file, "no such file"), e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(wrong(file, "permission denied"), e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(wrong(file, "no text"), e);
        }
    }

    private static EarlierRun read(Path file, JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException(wrong(file, "no object"));
        }
        String workload = null;
        Map<String, String> conditions = new LinkedHashMap<>();
        Map<String, List<Double>> rounds = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (field.equals("workload") && value == JsonToken.VALUE_STRING) {
                workload = json.getText();
            } else if (field.equals("conditions") && value == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    json.nextToken();
                    conditions.put(name, json.getText());
                }
            } else if (field.equals("rounds") && value == JsonToken.START_ARRAY) {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    readRound(json, rounds);
                }
            } else {
                json.skipChildren();
            }
        }
        if (workload == null || rounds.isEmpty()) {
            throw new IllegalArgumentException(wrong(file, "no workload or no rounds"));
        }
        return new EarlierRun(workload, conditions, figures(rounds));
    }

    private static void readRound(JsonParser json, Map<String, List<Double>> rounds) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (value.isNumeric()) {
                rounds.computeIfAbsent(field, key -> new ArrayList<>()).add(json.getDoubleValue());
            } else {
                json.skipChildren();
            }
        }
    }

    private static Map<String, Figure> figures(Map<String, List<Double>> rounds) {
        Map<String, Figure> figures = new LinkedHashMap<>();
        Arrays.stream(Figure.Kind.values())
                .filter(kind -> rounds.containsKey(kind.key()))
                .forEach(kind -> figures.put(kind.key(), new Figure(kind, rounds.get(kind.key()))));
        return figures;
    }

    private static String wrong(Path file, String found) {
        return "compare: " + file + ": " + found + " (expected: what headrace bench --json printed)";
    }
}

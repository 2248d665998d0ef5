package io.headrace.engine.source.taildir;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.engine.source.taildir.InputRegistry.Entry;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the {@link InputRegistry} stands in its file: an array with an object for each entry. Has no state. */
final class RegistryCodec {
    private static final int VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

    private RegistryCodec() {}

    static byte[] encode(Collection<List<Entry>> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (List<Entry> ofFile : entries) {
                for (Entry entry : ofFile) {
                    write(json, entry);
                }
            }
            json.writeEndArray();
        }
        return out.toByteArray();
    }

    /**
     * The entries, in their order.
     *
     * @param path of the file, for what is thrown
     * @throws DamagedFileException when the content is not a registry
     */
    static List<Entry> decode(byte[] content, Path path) throws IOException {
        try (JsonParser parser = JSON.createParser(content)) {
            List<Entry> read = new ArrayList<>();
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new DamagedFileException(path, parser.currentToken() + " (expected: an array)", null);
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                read.add(entry(parser, path));
            }
            if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
                throw new DamagedFileException(path, parser.currentToken() + " (expected: the end)", null);
            }
            return read;
        } catch (JsonProcessingException e) {
            throw new DamagedFileException(path, e.getOriginalMessage(), e);
        } catch (CharConversionException | ArithmeticException | NumberFormatException e) {
            throw new DamagedFileException(path, e.getMessage(), e);
        }
    }

    private static void write(JsonGenerator json, Entry entry) throws IOException {
        json.writeStartObject();
        json.writeNumberField("version", VERSION);
        json.writeStringField("id", entry.id);
        json.writeStringField("base", entry.base);
        json.writeNumberField("device", entry.file.device());
        json.writeNumberField("inode", entry.file.inode());
        json.writeNumberField("head", entry.head.length());
        json.writeNumberField("headCrc", entry.head.crc());
        json.writeNumberField("tailOffset", entry.tail.offset());
        json.writeNumberField("tail", entry.tail.length());
        json.writeNumberField("tailCrc", entry.tail.crc());
        json.writeNumberField("sum", entry.sum.length());
        json.writeNumberField("sumCrc", entry.sum.crc());
        json.writeNumberField("seen", entry.seenMillis);
        json.writeNumberField("begin", entry.begin);
        json.writeNumberField("safe", entry.safe);
        json.writeNumberField("retired", entry.retired ? 1 : 0);
        json.writeNumberField("left", entry.left ? 1 : 0);
        json.writeStringField("file", entry.path);
        json.writeEndObject();
    }

    private static Entry entry(JsonParser parser, Path path) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        Map<String, String> texts = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                numbers.put(field, parser.getLongValue());
            } else {
                texts.put(field, parser.getText());
            }
        }
        for (String field : List.of("device", "inode", "head", "headCrc", "tailOffset", "tail", "tailCrc", "seen")) {
            if (!numbers.containsKey(field)) {
                throw new DamagedFileException(path, "no " + field, null);
            }
        }
        if (numbers.getOrDefault("version", 0L) != VERSION || texts.get("id") == null || texts.get("base") == null) {
            throw new DamagedFileException(path, numbers + " " + texts + " (expected: version, id, base)", null);
        }
        String id = texts.get("id");
        if (!id.equals(texts.get("base")) && !id.startsWith(texts.get("base") + ":")) {
            throw new DamagedFileException(path, "id: " + id + " (expected: " + texts.get("base") + ":...)", null);
        }
        int head = Math.toIntExact(numbers.get("head"));
        int tail = Math.toIntExact(numbers.get("tail"));
        if (head < 0 || head > InputRegistry.HEAD_BYTES || tail < 0 || tail > InputRegistry.TAIL_BYTES) {
            throw new DamagedFileException(path, "head: " + head + ", tail: " + tail, null);
        }
        Entry entry = new Entry(
                texts.get("id"),
                texts.get("base"),
                new FileId(numbers.get("device"), numbers.get("inode")),
                new Fingerprint(0, head, numbers.get("headCrc").intValue()),
                new Fingerprint(
                        numbers.get("tailOffset"), tail, numbers.get("tailCrc").intValue()),
                texts.getOrDefault("file", ""),
                numbers.get("seen"));
        entry.sum = new ContentSum(
                Math.max(0, numbers.getOrDefault("sum", 0L)),
                numbers.getOrDefault("sumCrc", 0L).intValue());
        entry.begin = Math.max(0, numbers.getOrDefault("begin", 0L));
        entry.safe = Math.max(-1, numbers.getOrDefault("safe", -1L));
        entry.left = numbers.getOrDefault("left", 0L) != 0;
        entry.retired = numbers.getOrDefault("retired", 0L) != 0;
        // Fails when it is none.
        entry.number();
        return entry;
    }
}

package io.headrace.engine.source.taildir;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Flume's position file: an array of {@code {"inode": 1, "pos": 2, "file": "/path"}}. Flume can go on from what is
 * written here, and what Flume wrote is understood.
 */
final class PositionFile {
    /** One file's position. */
    record Entry(long inode, long position, String file) {}

    private static final JsonFactory JSON = new JsonFactory();

    private final Path path;

    PositionFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /**
     * Reads all entries; none when there is no file.
     *
     * @throws DamagedFileException when the content is not a position file
     */
    List<Entry> read() throws IOException {
        byte[] content;
        if (Files.isDirectory(path)) {
            throw new IOException("positionFile: " + path + ": a folder (expected: a file, or nothing yet)");
        }
        try {
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        try (JsonParser parser = JSON.createParser(content)) {
            expect(parser, parser.nextToken(), JsonToken.START_ARRAY);
            List<Entry> entries = new ArrayList<>();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                entries.add(entry(parser));
            }
            expect(parser, parser.currentToken(), JsonToken.END_ARRAY);
            expect(parser, parser.nextToken(), null);
            return entries;
        } catch (JsonProcessingException e) {
            throw new DamagedFileException(path, e.getOriginalMessage(), e);
        } catch (CharConversionException e) {
            throw new DamagedFileException(path, e.getMessage(), e);
        }
    }

    /** Replaces the content; a power cut soon after may leave the old one. */
    void write(Collection<Entry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (Entry entry : entries) {
                json.writeStartObject();
                json.writeNumberField("inode", entry.inode());
                json.writeNumberField("pos", entry.position());
                json.writeStringField("file", entry.file());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        AtomicFile.replace(path, out.toByteArray());
    }

    private Entry entry(JsonParser parser) throws IOException {
        long inode = -1;
        long position = -1;
        String file = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "inode" -> inode = number(parser, value);
                case "pos" -> position = number(parser, value);
                case "file" -> {
                    expect(parser, value, JsonToken.VALUE_STRING);
                    file = parser.getText();
                }
                default -> parser.skipChildren();
            }
        }
        expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
        if (inode < 0 || position < 0 || file == null) {
            throw new DamagedFileException(path, "inode: " + inode + ", pos: " + position + ", file: " + file, null);
        }
        return new Entry(inode, position, file);
    }

    private long number(JsonParser parser, JsonToken value) throws IOException {
        expect(parser, value, JsonToken.VALUE_NUMBER_INT);
        return parser.getLongValue();
    }

    private void expect(JsonParser parser, JsonToken found, JsonToken expected) throws IOException {
        if (found != expected) {
            throw new DamagedFileException(
                    path,
                    (found == null ? "the end" : found) + " at byte "
                            + parser.currentLocation().getByteOffset() + " (expected: "
                            + (expected == null ? "the end" : expected) + ")",
                    null);
        }
    }
}

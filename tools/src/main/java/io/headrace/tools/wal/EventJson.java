package io.headrace.tools.wal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.frame.EventCursor;
import io.headrace.wal.LogWalk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Events as JSON Lines: {@code {"sequence", "index", "time", "input", "position", "headers": {...}, "body"}}, where a body that
 * is no UTF-8 is {@code bodyBase64}. Owned by one thread.
 */
public final class EventJson implements AutoCloseable {
    private final JsonGenerator json;

    private EventJson(JsonGenerator json) {
        this.json = json;
        json.setRootValueSeparator(null);
    }

    /** Writes to a stream, which is closed with this. */
    public static EventJson to(OutputStream out) throws IOException {
        return new EventJson(new JsonFactory().createGenerator(out));
    }

    /** Writes to a writer, which stays open. */
    public static EventJson to(Writer out) throws IOException {
        return new EventJson(new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET));
    }

    public void write(LogWalk walk, EventCursor event) throws IOException {
        json.writeStartObject();
        json.writeNumberField("sequence", walk.sequence());
        json.writeNumberField("index", event.index());
        json.writeStringField(
                "time",
                Instant.EPOCH
                        .plus(walk.frame().createdMicros(), ChronoUnit.MICROS)
                        .toString());
        if (walk.inputNumber() != 0) {
            json.writeNumberField("input", walk.inputNumber());
            json.writeNumberField("position", walk.inputPosition());
        }
        json.writeObjectFieldStart("headers");
        for (Map.Entry<String, String> header : event.headers().entrySet()) {
            json.writeStringField(header.getKey(), header.getValue());
        }
        json.writeEndObject();
        byte[] body = event.body();
        String text = EventText.utf8(body);
        if (text == null) {
            json.writeBinaryField("bodyBase64", body);
        } else {
            json.writeStringField("body", text);
        }
        json.writeEndObject();
        json.writeRaw('\n');
    }

    public void flush() throws IOException {
        json.flush();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}

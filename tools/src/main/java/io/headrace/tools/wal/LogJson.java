package io.headrace.tools.wal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.wal.LogCheck;
import io.headrace.wal.LogDamage;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogRepair;
import io.headrace.wal.LogStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** What is known of a log, for programs. Pure functions. */
public final class LogJson {
    private static final JsonFactory JSON = new JsonFactory();

    private LogJson() {}

    /** Writes the fields of one object. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    public static String of(LogStatus status, List<String> slotFaults) throws IOException {
        return object(json -> {
            place(json, status.place());
            json.writeStringField("streamId", status.streamId().toString());
            json.writeNumberField("formatVersion", status.formatVersion());
            json.writeStringField("holder", status.holder());
            json.writeBooleanField("orderlyStop", status.orderlyStop());
            json.writeStringField("identityChanged", status.identityChanged());
            json.writeStringField("checkpointFault", status.checkpointFault());
            texts(json, "slotFaults", slotFaults);
            paths(json, "missingSegments", status.missingSegments());
            json.writeNumberField("segments", status.segments());
            json.writeNumberField("backlogSegments", status.backlogSegments());
            json.writeNumberField("backlogEvents", status.backlogEvents());
            json.writeNumberField("backlogFrames", status.backlogFrames());
            json.writeNumberField("backlogBytes", status.backlogBytes());
            json.writeNumberField("lowWater", status.lowWater());
            json.writeNumberField("durable", status.durable());
            json.writeNumberField("last", status.lastSequence());
            json.writeNumberField("ceiling", status.ceiling());
            time(json, "oldestEvent", status.oldestMicros(), ChronoUnit.MICROS);
            time(json, "lastWrite", status.lastWriteMillis(), ChronoUnit.MILLIS);
            time(json, "lastCheckpoint", status.lastCheckpointMillis(), ChronoUnit.MILLIS);
            json.writeNumberField("accepted", status.accepted());
            json.writeNumberField("delivered", status.delivered());
            json.writeNumberField("redelivered", status.redelivered());
            json.writeObjectFieldStart("dropped");
            for (Map.Entry<String, Long> dropped : status.dropped().entrySet()) {
                json.writeNumberField(dropped.getKey(), dropped.getValue());
            }
            json.writeEndObject();
            cursors(json, status);
            json.writeArrayFieldStart("inputs");
            for (LogStatus.Input input : status.inputs()) {
                json.writeStartObject();
                json.writeNumberField("number", input.number());
                json.writeStringField("kind", input.kind());
                json.writeStringField("key", input.key());
                json.writeNumberField("position", input.position());
                time(json, "lastSeen", input.lastSeenMillis(), ChronoUnit.MILLIS);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("tokens");
            for (Map.Entry<String, byte[]> token : status.tokens().entrySet()) {
                json.writeStartObject();
                json.writeStringField("sink", token.getKey());
                json.writeNumberField("bytes", token.getValue().length);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** What {@code wal cursors} says; {@code dropped} is null where nothing was. */
    public static String ofCursors(LogStatus status, String dropped) throws IOException {
        return object(json -> {
            place(json, status.place());
            json.writeStringField("holder", status.holder());
            json.writeStringField("dropped", dropped);
            json.writeNumberField("lowWater", status.lowWater());
            json.writeNumberField("backlogFrames", status.backlogFrames());
            cursors(json, status);
        });
    }

    private static void cursors(JsonGenerator json, LogStatus status) throws IOException {
        json.writeArrayFieldStart("cursors");
        for (LogStatus.Cursor cursor : status.cursors()) {
            json.writeStartObject();
            json.writeStringField("name", cursor.name());
            json.writeStringField("start", cursor.start());
            json.writeNumberField("lowWater", cursor.lowWater());
            json.writeNumberField("backlogFrames", cursor.backlogFrames());
            json.writeStringField("streamId", cursor.streamId().toString());
            time(json, "lastUsed", cursor.lastUsedMillis(), ChronoUnit.MILLIS);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    public static String of(LogPlace place, LogCheck check, List<String> slotFaults) throws IOException {
        return object(json -> {
            place(json, place);
            json.writeBooleanField("sound", check.isSound());
            json.writeStringField("holder", check.holder());
            json.writeStringField("identityChanged", check.identityChanged());
            texts(json, "slotFaults", slotFaults);
            json.writeNumberField("frames", check.frames());
            json.writeNumberField("events", check.events());
            json.writeNumberField("bytes", check.bytes());
            json.writeNumberField("lowWater", check.lowWater());
            json.writeNumberField("last", check.last());
            if (check.tornBytes() > 0) {
                json.writeObjectFieldStart("tornTail");
                json.writeStringField("file", check.tornFile().toString());
                json.writeNumberField("offset", check.tornOffset());
                json.writeNumberField("bytes", check.tornBytes());
                json.writeEndObject();
            }
            damages(json, check.damages());
        });
    }

    public static String of(LogPlace place, LogRepair.Plan plan, boolean applied) throws IOException {
        return object(json -> {
            place(json, place);
            json.writeBooleanField("needed", plan.isNeeded());
            json.writeBooleanField("applied", applied);
            json.writeNumberField("lostEvents", plan.lostEvents());
            json.writeNumberField("uncountedSequences", plan.uncounted());
            json.writeNumberField("copyFrames", plan.copyFrames());
            json.writeNumberField("copyBytes", plan.copyBytes());
            json.writeArrayFieldStart("aside");
            for (Map.Entry<Path, List<Path>> aside : plan.aside().entrySet()) {
                json.writeStartObject();
                json.writeStringField("folder", aside.getKey().toString());
                paths(json, "files", aside.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            damages(json, plan.damages());
        });
    }

    private static void damages(JsonGenerator json, List<LogDamage> damages) throws IOException {
        json.writeArrayFieldStart("damages");
        for (LogDamage damage : damages) {
            json.writeStartObject();
            json.writeStringField("kind", damage.kind().name().toLowerCase(java.util.Locale.ROOT));
            json.writeStringField("file", damage.file().toString());
            json.writeNumberField("offset", damage.offset());
            json.writeNumberField("end", damage.end());
            json.writeStringField("fault", damage.fault());
            ranges(json, "lost", damage.lost());
            json.writeObjectFieldStart("lostOnCursors");
            for (Map.Entry<String, List<LogDamage.SequenceRange>> cursor :
                    damage.lostOnCursors().entrySet()) {
                ranges(json, cursor.getKey(), cursor.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void ranges(JsonGenerator json, String field, List<LogDamage.SequenceRange> ranges)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (LogDamage.SequenceRange range : ranges) {
            json.writeStartObject();
            json.writeNumberField("first", range.first());
            json.writeNumberField("last", range.last());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void place(JsonGenerator json, LogPlace place) throws IOException {
        json.writeStringField("log", place.home().toString());
        paths(json, "dataFolders", place.dataFolders());
        json.writeStringField("checkpointFolder", place.checkpointFolder().toString());
    }

    private static void paths(JsonGenerator json, String field, List<Path> paths) throws IOException {
        texts(json, field, paths.stream().map(Path::toString).toList());
    }

    private static void texts(JsonGenerator json, String field, List<String> texts) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** As a text of ISO 8601; null when it is not known. */
    private static void time(JsonGenerator json, String field, long value, ChronoUnit unit) throws IOException {
        json.writeStringField(
                field, value <= 0 ? null : Instant.EPOCH.plus(value, unit).toString());
    }

    private static String object(Body body) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        }
        return text.toString();
    }
}

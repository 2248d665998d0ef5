package io.headrace.tools.components;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Components for programs. */
public final class ComponentJson {
    private ComponentJson() {}

    /** {@code {"components": [{"kind": ..., "name": ..., "keys": [...]}]}}. */
    public static String of(List<ComponentDoc> docs) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeArrayFieldStart("components");
            for (ComponentDoc doc : docs) {
                component(json, doc);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void component(JsonGenerator json, ComponentDoc doc) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", doc.role().word());
        json.writeStringField("name", doc.name());
        strings(json, "otherNames", doc.otherNames());
        json.writeStringField("summary", doc.summary());
        if (!doc.plugIn().isEmpty()) {
            json.writeStringField("plugIn", doc.plugIn());
        }
        json.writeStringField("writtenAs", doc.keyPattern());
        keys(json, "keys", doc.keys());
        keys(json, "commonKeys", doc.commonKeys());
        json.writeEndObject();
    }

    private static void keys(JsonGenerator json, String field, List<SettingDoc> keys) throws IOException {
        json.writeArrayFieldStart(field);
        for (SettingDoc key : keys) {
            json.writeStartObject();
            json.writeStringField("key", key.key());
            strings(json, "aliases", key.aliases());
            json.writeStringField("type", key.type());
            json.writeStringField("unit", key.unit());
            json.writeBooleanField("required", key.required());
            if (!key.byDefault().isEmpty()) {
                json.writeStringField("default", key.byDefault());
            }
            if (key.min() != null) {
                json.writeNumberField("min", key.min());
            }
            if (key.max() != null) {
                json.writeNumberField("max", key.max());
            }
            json.writeStringField("meaning", key.meaning());
            if (!key.hasEffect()) {
                json.writeStringField("noEffect", key.noEffect());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void strings(JsonGenerator json, String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}

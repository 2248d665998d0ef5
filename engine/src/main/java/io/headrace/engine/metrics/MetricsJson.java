package io.headrace.engine.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Metrics as JSON, in the two shapes that are served. Pure functions, for any thread. */
public final class MetricsJson {
    private static final JsonFactory JSON = new JsonFactory();

    private MetricsJson() {}

    /**
     * Flume's shape: {@code {"CHANNEL.c1": {"ChannelSize": "0", ...}, ...}}, every value a string. Times are there as
     * {@code NAME.count}, {@code NAME.p50Micros}, {@code NAME.p99Micros}, {@code NAME.p999Micros}, {@code
     * NAME.maxMicros}.
     */
    public static String flat(MetricRegistry registry) {
        return write(json -> {
            json.writeStartObject();
            for (MetricGroup group : registry.groups()) {
                json.writeObjectFieldStart(group.type() + "." + group.name());
                for (Map.Entry<String, String> value : flat(group).entrySet()) {
                    json.writeStringField(value.getKey(), value.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    /**
     * The nested shape: {@code {"agent": "a1", "CHANNEL": {"c1": {"ChannelSize": 0, ..., "times": {"put": {"count": 0,
     * "minMicros": 0, "meanMicros": 0.0, "p50Micros": 0, ...}}}}, ...}}, numbers as numbers.
     */
    public static String nested(MetricRegistry registry) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField("agent", registry.agentName());
            for (GroupType type : GroupType.values()) {
                json.writeObjectFieldStart(type.name());
                for (MetricGroup group : registry.groups()) {
                    if (group.type() == type) {
                        json.writeObjectFieldStart(group.name());
                        nested(json, group);
                        json.writeEndObject();
                    }
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    /** As {@link #flat(MetricRegistry)}, in UTF-8; the stream stays open. */
    public static void writeFlat(MetricRegistry registry, OutputStream out) throws IOException {
        out.write(flat(registry).getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #nested(MetricRegistry)}, in UTF-8; the stream stays open. */
    public static void writeNested(MetricRegistry registry, OutputStream out) throws IOException {
        out.write(nested(registry).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> flat(MetricGroup group) {
        Map<String, String> values = group.texts();
        group.values().forEach((name, value) -> values.put(name, text(name, value)));
        group.timings().forEach((name, timing) -> {
            Histogram times = timing.snapshot();
            values.put(name + ".count", Long.toString(times.getTotalCount()));
            values.put(name + ".p50Micros", Long.toString(times.getValueAtPercentile(50)));
            values.put(name + ".p99Micros", Long.toString(times.getValueAtPercentile(99)));
            values.put(name + ".p999Micros", Long.toString(times.getValueAtPercentile(99.9)));
            values.put(name + ".maxMicros", Long.toString(times.getMaxValue()));
        });
        values.put("Type", group.type().name());
        values.put("StartTime", Long.toString(group.startTime()));
        values.put("StopTime", Long.toString(group.stopTime()));
        return values;
    }

    /** Flume shows whether a channel is open as a boolean, all else as it is counted. */
    private static String text(String name, Number value) {
        return name.equals("Open") ? Boolean.toString(value.longValue() != 0) : value.toString();
    }

    private static void nested(JsonGenerator json, MetricGroup group) throws IOException {
        json.writeStringField("Type", group.type().name());
        json.writeNumberField("StartTime", group.startTime());
        json.writeNumberField("StopTime", group.stopTime());
        for (Map.Entry<String, Number> value : group.values().entrySet()) {
            number(json, value.getKey(), value.getValue());
        }
        for (Map.Entry<String, String> text : group.texts().entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        if (!group.timings().isEmpty()) {
            json.writeObjectFieldStart("times");
            for (Map.Entry<String, Timing> timing : group.timings().entrySet()) {
                Histogram times = timing.getValue().snapshot();
                json.writeObjectFieldStart(timing.getKey());
                json.writeNumberField("count", times.getTotalCount());
                json.writeNumberField("minMicros", times.getTotalCount() == 0 ? 0 : times.getMinValue());
                json.writeNumberField("meanMicros", times.getMean());
                json.writeNumberField("p50Micros", times.getValueAtPercentile(50));
                json.writeNumberField("p90Micros", times.getValueAtPercentile(90));
                json.writeNumberField("p99Micros", times.getValueAtPercentile(99));
                json.writeNumberField("p999Micros", times.getValueAtPercentile(99.9));
                json.writeNumberField("maxMicros", times.getMaxValue());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
    }

    /** JSON has no infinities: what is no number is null. */
    private static void number(JsonGenerator json, String name, Number value) throws IOException {
        if (!(value instanceof Double real)) {
            json.writeNumberField(name, value.longValue());
        } else if (Double.isFinite(real)) {
            json.writeNumberField(name, real);
        } else {
            json.writeNullField(name);
        }
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static String write(Content content) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            content.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}

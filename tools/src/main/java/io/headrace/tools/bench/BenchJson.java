package io.headrace.tools.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A report for programs, and for a later run's {@code --compare}. Pure functions. */
public final class BenchJson {
    private static final JsonFactory JSON = new JsonFactory();

    private BenchJson() {}

    /**
     * Writes a report as one object.
     *
     * @param comparison with an earlier run, or null
     */
    public static String of(BenchReport report, Comparison comparison) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("workload", report.settings().kind().label());
            json.writeBooleanField("stopped", report.stopped());
            json.writeBooleanField("sound", report.sound());
            json.writeNumberField("events", report.events());
            json.writeNumberField("frames", report.frames());
            json.writeNumberField("seconds", report.seconds());
            json.writeNumberField("behind", report.behind());
            for (Figure figure : report.figures()) {
                number(json, figure.kind().key(), figure.median());
            }
            json.writeObjectFieldStart("conditions");
            for (Map.Entry<String, String> each : report.conditions().entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
            if (comparison != null) {
                comparison(json, comparison);
            }
            json.writeArrayFieldStart("rounds");
            for (WorkloadResult round : report.rounds()) {
                round(json, round);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void round(JsonGenerator json, WorkloadResult round) throws IOException {
        json.writeStartObject();
        json.writeStringField("start", Instant.ofEpochMilli(round.startMillis()).toString());
        json.writeNumberField("events", round.events());
        json.writeNumberField("frames", round.frames());
        json.writeNumberField("bytes", round.bytes());
        json.writeNumberField("frameBytes", round.frameBytes());
        json.writeNumberField("seconds", round.seconds());
        json.writeNumberField("cpuSeconds", round.cpuNanos() / 1e9);
        json.writeNumberField("behind", round.behind());
        for (Figure.Kind kind : Figure.Kind.values()) {
            number(json, kind.key(), Figure.of(kind, List.of(round)).median());
        }
        json.writeObjectFieldStart("counters");
        for (Map.Entry<String, Long> counter : round.counters().entrySet()) {
            json.writeNumberField(counter.getKey(), counter.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("windows");
        for (Window window : round.windows()) {
            window(json, window);
        }
        json.writeEndArray();
        texts(json, "verified", round.verified());
        texts(json, "faults", round.faults());
        json.writeEndObject();
    }

    private static void window(JsonGenerator json, Window window) throws IOException {
        json.writeStartObject();
        json.writeStringField(
                "start", Instant.ofEpochMilli(window.startMillis()).toString());
        json.writeNumberField("seconds", window.nanos() / 1e9);
        json.writeNumberField("events", window.events());
        json.writeNumberField("eventsPerSecond", window.eventsPerSecond());
        json.writeNumberField("cpuSeconds", window.cpuNanos() / 1e9);
        json.writeNumberField("p50Micros", window.p50Nanos() / 1e3);
        json.writeNumberField("p90Micros", window.p90Nanos() / 1e3);
        json.writeNumberField("p99Micros", window.p99Nanos() / 1e3);
        json.writeNumberField("p999Micros", window.p999Nanos() / 1e3);
        json.writeNumberField("maxMicros", window.maxNanos() / 1e3);
        json.writeEndObject();
    }

    private static void comparison(JsonGenerator json, Comparison comparison) throws IOException {
        json.writeObjectFieldStart("comparison");
        texts(json, "differences", comparison.differences());
        json.writeArrayFieldStart("figures");
        for (Comparison.Row row : comparison.rows()) {
            json.writeStartObject();
            json.writeStringField("figure", row.kind().key());
            number(json, "before", row.before());
            number(json, "now", row.now());
            number(json, "changePercent", row.changePercent());
            number(json, "noisePercent", row.noisePercent());
            if (row.verdict() == Comparison.Verdict.UNKNOWN) {
                json.writeNullField("exceedsNoise");
            } else {
                json.writeBooleanField("exceedsNoise", row.verdict() != Comparison.Verdict.NOISE);
            }
            json.writeStringField("verdict", row.verdict().name().toLowerCase(java.util.Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** JSON has no NaN. */
    private static void number(JsonGenerator json, String field, double value) throws IOException {
        if (Double.isNaN(value)) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, value);
        }
    }

    private static void texts(JsonGenerator json, String field, List<String> texts) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}

package io.headrace.tools.tune;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.engine.channel.WaitStrategyKind;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What tuning found, for programs: one object; rates in events and bytes a second, times in microseconds. Pure functions. */
final class TuneJson {
    private static final JsonFactory JSON = new JsonFactory();

    private TuneJson() {}

    static String of(TuneResult result) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            answer(json, result);
            machine(json, result);
            outage(json, result.outage());
            json.writeArrayFieldStart("trials");
            for (Trial trial : result.trials()) {
                trial(json, trial);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void answer(JsonGenerator json, TuneResult result) throws IOException {
        TuneOptions options = result.options();
        Comparison comparison = result.comparison();
        json.writeStringField("goal", options.goal().label());
        json.writeStringField(
                "limit", result.use() == null ? null : result.use().limit().label());
        if (comparison.isVerified()) {
            number(json, "gain", comparison.gain(options.goal(), options.p99LimitMicros()));
        } else {
            json.writeNullField("gain");
        }
        texts(json, "properties", result.properties());
        json.writeBooleanField("verified", comparison.isVerified());
        json.writeBooleanField("stopped", result.stopped());
        json.writeBooleanField("tooShort", result.isTooShortToTell());
        shortage(json, result.shortage());
        json.writeObjectFieldStart("use");
        if (result.use() != null) {
            number(json, "processor", result.use().processor());
            number(json, "device", result.use().device());
            number(json, "wire", result.use().wire());
            number(json, "logWait", result.use().logWait());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("nearLimit");
        if (result.use() != null) {
            for (Limit near : result.use().near()) {
                json.writeString(near.label());
            }
        }
        json.writeEndArray();
        values(json, "settings", result.recommended());
        values(json, "baseline", result.pipeline().baseline());
        json.writeObjectFieldStart("comparison");
        json.writeNumberField("pairs", comparison.pairs());
        json.writeNumberField("pacedEventsPerSecond", result.pacedRate());
        side(json, "baseline", comparison.baseFull(), comparison.basePaced());
        side(json, "best", comparison.bestFull(), comparison.bestPaced());
        json.writeArrayFieldStart("ratios");
        for (double ratio : comparison.ratios(options.goal(), options.p99LimitMicros())) {
            json.writeNumber(rounded(ratio));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void shortage(JsonGenerator json, Shortage shortage) throws IOException {
        if (shortage == null) {
            json.writeNullField("shortage");
            return;
        }
        Untried untried = shortage.untried();
        json.writeObjectFieldStart("shortage");
        json.writeNumberField("candidates", untried.candidates());
        json.writeNumberField("ofCandidates", untried.ofCandidates());
        json.writeNumberField("rounds", untried.rounds());
        json.writeNumberField("ofRounds", untried.ofRounds());
        json.writeNumberField("values", untried.values());
        json.writeNumberField("ofValues", untried.ofValues());
        json.writeBooleanField("pairsContradict", shortage.undecided());
        if (shortage.budget() == null) {
            json.writeNullField("budgetSeconds");
        } else {
            json.writeNumberField("budgetSeconds", shortage.budget().toSeconds());
        }
        json.writeEndObject();
    }

    private static void side(JsonGenerator json, String name, List<Trial> full, List<Trial> paced) throws IOException {
        json.writeObjectFieldStart(name);
        number(json, "eventsPerSecond", Comparison.median(full, Trial::eventsPerSecond));
        number(json, "p50Micros", Comparison.median(paced, Trial::p50Micros));
        number(json, "p99Micros", Comparison.median(paced, Trial::p99Micros));
        json.writeEndObject();
    }

    private static void machine(JsonGenerator json, TuneResult result) throws IOException {
        json.writeNumberField("eventBytes", result.options().size());
        number(json, "seconds", result.seconds());
        json.writeNumberField("processors", result.processors());
        json.writeStringField("java", Runtime.version().toString());
        json.writeStringField("folder", result.folder().toString());
        json.writeStringField("fileSystem", result.fileSystem());
        json.writeStringField("agent", result.pipeline().agent());
        json.writeStringField("channel", result.pipeline().channel());
        json.writeStringField("sink", result.pipeline().sink());
        json.writeStringField(
                "sync", result.pipeline().hasLog() ? result.pipeline().sync() : null);
        json.writeObjectFieldStart("processor");
        number(json, "copyBytesPerSecond", result.processor().copyBytesPerSecond());
        number(json, "checksumBytesPerSecond", result.processor().checksumBytesPerSecond());
        number(json, "encodedEventsPerSecond", result.processor().encodedEventsPerSecond());
        json.writeObjectFieldStart("handOffMicros");
        for (Map.Entry<WaitStrategyKind, Double> each :
                result.processor().handOffMicros().entrySet()) {
            number(json, each.getKey().name().toLowerCase(Locale.ROOT), each.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
        if (result.line() != null) {
            json.writeObjectFieldStart("wire");
            json.writeStringField("peer", result.peer());
            number(json, "bytesPerSecond", result.line().bytesPerSecond());
            number(json, "roundTripMicros", result.line().roundTripMicros());
            json.writeEndObject();
        }
        json.writeArrayFieldStart("disk");
        for (DiskSpeed.Row row :
                result.disk() == null ? List.<DiskSpeed.Row>of() : result.disk().rows()) {
            json.writeStartObject();
            json.writeStringField("appender", row.appender());
            json.writeNumberField("groupBytes", row.groupBytes());
            number(json, "bytesPerSecond", row.bytesPerSecond());
            number(json, "p50Micros", row.p50Micros());
            number(json, "p99Micros", row.p99Micros());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void outage(JsonGenerator json, Outage outage) throws IOException {
        if (outage == null) {
            return;
        }
        json.writeObjectFieldStart("outage");
        json.writeNumberField("peak", outage.peak());
        if (outage.outage() != null) {
            json.writeNumberField("seconds", outage.outage().toSeconds());
            json.writeNumberField("events", outage.events());
            json.writeNumberField("bytes", outage.bytes());
            json.writeBooleanField("borne", !outage.needsCapacity() && !outage.needsDisk());
        }
        json.writeNumberField(outage.capacityKey(), outage.capacity());
        json.writeNumberField("capacitySeconds", outage.capacityLasts().toSeconds());
        json.writeNumberField("freeBytes", outage.usableBytes());
        json.writeNumberField("diskSeconds", outage.diskLasts().toSeconds());
        json.writeEndObject();
    }

    private static void trial(JsonGenerator json, Trial trial) throws IOException {
        json.writeStartObject();
        json.writeNumberField("number", trial.number());
        json.writeStringField("stage", trial.stage());
        values(json, "settings", trial.candidate());
        json.writeNumberField("rate", trial.rate());
        number(json, "seconds", trial.seconds());
        json.writeNumberField("events", trial.events());
        number(json, "eventsPerSecond", trial.eventsPerSecond());
        number(json, "p50Micros", trial.p50Micros());
        number(json, "p99Micros", trial.p99Micros());
        number(json, "processors", trial.processors());
        number(json, "busiestThread", trial.busiestThread());
        number(json, "logBytesPerSecond", trial.logBytesPerSecond());
        number(json, "bytesPerSync", trial.bytesPerSync());
        number(json, "logWait", trial.logWait());
        json.writeStringField("appender", trial.appender());
        number(json, "wireBytesPerSecond", trial.wireBytesPerSecond());
        json.writeStringField("failure", trial.failure());
        json.writeEndObject();
    }

    private static void values(JsonGenerator json, String field, Candidate candidate) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<Knob, String> each : candidate.values().entrySet()) {
            json.writeStringField(each.getKey().label(), each.getValue());
        }
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String field, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> each : texts.entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String field, double value) throws IOException {
        json.writeFieldName(field);
        json.writeNumber(rounded(value));
    }

    private static String rounded(double value) {
        double finite = Double.isFinite(value) ? value : 0;
        return Math.abs(finite) >= 1_000
                ? String.format(Locale.ROOT, "%.0f", finite)
                : String.format(Locale.ROOT, "%.4f", finite);
    }
}

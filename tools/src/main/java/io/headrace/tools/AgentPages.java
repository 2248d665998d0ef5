package io.headrace.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.engine.agent.Agent;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;
import io.headrace.transport.http.HttpPages;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Shows an agent's metrics and health over HTTP. Safe for any thread. */
final class AgentPages implements HttpPages {
    private static final JsonFactory JSON = new JsonFactory();

    private final Agent agent;

    AgentPages(Agent agent) {
        this.agent = agent;
    }

    @Override
    public String metrics() {
        return json((json, group) -> {
            json.writeObjectFieldStart(group.type() + "." + group.name());
            json.writeStringField("Type", group.type().name());
            for (Map.Entry<String, Number> value : valuesOf(group).entrySet()) {
                json.writeStringField(value.getKey(), value.getValue().toString());
            }
            json.writeEndObject();
        });
    }

    @Override
    public String nestedMetrics() {
        return metrics();
    }

    @Override
    public String prometheus() {
        return "";
    }

    @Override
    public List<String> unhealthyReasons() {
        return agent.health().reasons();
    }

    @Override
    public String health() {
        return agent.health().toJson();
    }

    @Override
    public String agentName() {
        return agent.configuration().name();
    }

    private interface GroupWriter {
        void write(JsonGenerator json, MetricGroup group) throws IOException;
    }

    private String json(GroupWriter writer) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            for (MetricGroup group : agent.metrics().groups()) {
                writer.write(json, group);
            }
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return out.toString();
    }

    private static Map<String, Number> valuesOf(MetricGroup group) {
        Map<String, Number> values = new LinkedHashMap<>(group.values());
        for (Map.Entry<String, Timing> timing : group.timings().entrySet()) {
            Histogram times = timing.getValue().snapshot();
            String name = timing.getKey();
            values.put(name + ".count", times.getTotalCount());
            values.put(name + ".p50", times.getValueAtPercentile(50));
            values.put(name + ".p99", times.getValueAtPercentile(99));
            values.put(name + ".p999", times.getValueAtPercentile(99.9));
        }
        return values;
    }
}

package io.headrace.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a check of a configuration found, for programs. Pure functions. */
final class ConfigurationJson {
    private static final JsonFactory JSON = new JsonFactory();

    private ConfigurationJson() {}

    /**
     * {@code {"usable": true, "agents": [...], "problems": [{"file", "line", "severity", "component", "message"}]}}.
     *
     * @param settings whether every agent is shown with its settings in use
     */
    static String of(List<Path> files, List<ConfigurationReport> reports, boolean strict, boolean settings)
            throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeBooleanField(
                    "usable", reports.stream().allMatch(report -> ConfigurationMessages.isAccepted(report, strict)));
            json.writeArrayFieldStart("agents");
            for (ConfigurationReport report : reports) {
                if (report.agent() != null) {
                    agent(json, report, strict, settings);
                }
            }
            json.writeEndArray();
            json.writeArrayFieldStart("problems");
            for (ConfigurationProblem problem : ConfigurationMessages.problems(files, reports)) {
                problem(json, problem);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.toString();
    }

    private static void agent(JsonGenerator json, ConfigurationReport report, boolean strict, boolean settings)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", report.agent());
        json.writeBooleanField("usable", ConfigurationMessages.isAccepted(report, strict));
        json.writeNumberField("errors", report.errors().size());
        json.writeNumberField("warnings", report.warnings().size());
        AgentConfiguration agent = report.configuration();
        if (agent != null) {
            json.writeNumberField("sources", agent.sources().size());
            json.writeNumberField("channels", agent.channels().size());
            json.writeNumberField("sinks", agent.sinks().size());
            if (settings) {
                json.writeObjectFieldStart("settings");
                for (Map.Entry<String, String> setting : agent.effective().entrySet()) {
                    json.writeStringField(setting.getKey(), setting.getValue());
                }
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private static void problem(JsonGenerator json, ConfigurationProblem problem) throws IOException {
        json.writeStartObject();
        if (problem.file() != null) {
            json.writeStringField("file", problem.file().toString());
        }
        if (problem.line() > 0) {
            json.writeNumberField("line", problem.line());
        }
        json.writeStringField("severity", problem.severity().word());
        if (problem.component() != null) {
            json.writeStringField("component", problem.component());
        }
        json.writeStringField("message", problem.message());
        json.writeEndObject();
    }
}

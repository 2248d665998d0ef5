package io.headrace.engine.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Whether an agent does its work, component by component, with reasons. Safe for any thread. */
public final class Health {
    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    /** Where the agent is in its life. */
    public enum Phase {
        STARTING,
        RUNNING,
        /** Sources are stopped, sinks take what is left. */
        DRAINING,
        STOPPED
    }

    /**
     * One component.
     *
     * @param name kind and name, e.g. {@code source r1}
     * @param state how it is
     * @param detail what it does or why it doesn't; may be empty
     * @param sinceMillis when it came into this state, since the epoch
     */
    public record Component(String name, ComponentState state, String detail, long sinceMillis) {}

    private final String agent;
    private final Map<String, Component> components = new LinkedHashMap<>();
    private final Map<String, String> remarks = new LinkedHashMap<>();

    /** Components whose work another one sees to, by name, with that one's name. */
    private final Map<String, String> coveredBy = new LinkedHashMap<>();

    private Phase phase = Phase.STARTING;

    Health(String agent) {
        this.agent = agent;
    }

    public String agentName() {
        return agent;
    }

    public synchronized Phase phase() {
        return phase;
    }

    /** All components, in order of channels, sources, sinks. */
    public synchronized List<Component> components() {
        return new ArrayList<>(components.values());
    }

    /** Whether the agent runs and all of its components work, but for sinks in whose place another one of their group does. */
    public synchronized boolean isHealthy() {
        return phase == Phase.RUNNING
                && components.values().stream()
                        .allMatch(component -> component.state() == ComponentState.UP || isCovered(component));
    }

    private boolean isCovered(Component component) {
        Component by = components.get(coveredBy.get(component.name()));
        return by != null && by.state() == ComponentState.UP;
    }

    /** Why the agent is not healthy, one entry a reason; empty when it is. */
    public synchronized List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (phase != Phase.RUNNING) {
            reasons.add(agent + ": " + word(phase));
        }
        for (Component component : components.values()) {
            if (component.state() != ComponentState.UP && !isCovered(component)) {
                reasons.add(reason(component));
            }
        }
        return reasons;
    }

    private static String reason(Component component) {
        return component.name() + ": " + word(component.state())
                + (component.detail().isEmpty() ? "" : ": " + component.detail());
    }

    /** What somebody should look at although the component works, one entry a remark; they make nothing unhealthy. */
    public synchronized List<String> remarks() {
        List<String> all = new ArrayList<>();
        for (Component component : components.values()) {
            if (component.state() != ComponentState.UP && isCovered(component)) {
                all.add(reason(component) + " (" + coveredBy.get(component.name()) + " does its work)");
            }
        }
        remarks.forEach((component, remark) -> all.add(component + ": " + remark));
        return all;
    }

    /** The state as one JSON object on one line. */
    public synchronized String toJson() {
        StringWriter out = new StringWriter();
        write(out);
        return out.toString();
    }

    /** As {@link #toJson()}, in UTF-8; the stream stays open. */
    public void writeJson(OutputStream out) throws IOException {
        out.write(toJson().getBytes(StandardCharsets.UTF_8));
    }

    synchronized void phase(Phase now) {
        phase = now;
    }

    synchronized void set(String component, ComponentState state, String detail, long epochMillis) {
        Component before = components.get(component);
        boolean same = before != null && before.state() == state && Objects.equals(before.detail(), detail);
        if (!same) {
            components.put(component, new Component(component, state, detail == null ? "" : detail, epochMillis));
        }
    }

    /** While a component is up, others that are not make nothing unhealthy, and are remarked. */
    synchronized void covers(String component, List<String> others) {
        others.forEach(other -> coveredBy.put(other, component));
    }

    /** A component has its latest remark, until the agent ends: whoever looks may come late. */
    synchronized void remark(String component, String remark) {
        remarks.put(component, remark);
    }

    synchronized Component get(String component) {
        return components.get(component);
    }

    private void write(Writer out) {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("agent", agent);
            json.writeBooleanField("healthy", isHealthy());
            json.writeStringField("phase", word(phase()));
            json.writeArrayFieldStart("reasons");
            for (String reason : reasons()) {
                json.writeString(reason);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("remarks");
            for (String remark : remarks()) {
                json.writeString(remark);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("components");
            for (Component component : components()) {
                json.writeObjectFieldStart(component.name());
                json.writeStringField("state", word(component.state()));
                json.writeStringField("detail", component.detail());
                json.writeNumberField("since", component.sinceMillis());
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

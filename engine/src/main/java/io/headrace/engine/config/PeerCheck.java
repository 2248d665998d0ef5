package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the two ends of a connection where the same files configure both: a sink that dials a port on which exactly one
 * source listens. Different compression or different protocols mean that they cannot talk.
 */
final class PeerCheck {
    private static final List<String> PROTOCOLS = List.of("avro", "thrift", "link");
    private static final String COMPRESSION = "compression-type";

    private record End(String agent, ConfigValue type, Map<String, ConfigValue> written) {
        String word(String key, String byDefault) {
            ConfigValue value = written.get(key);
            return value == null ? byDefault : SettingParser.bare(value.value()).toLowerCase(Locale.ROOT);
        }

        String key(String name) {
            return type.key().substring(0, type.key().lastIndexOf('.') + 1) + name;
        }
    }

    private final Map<String, ConfigValue> values;
    private final List<ConfigurationProblem> problems;

    PeerCheck(Map<String, ConfigValue> values, List<ConfigurationProblem> problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Compares the ends of which at least one belongs to an agent. */
    void check(String agent) {
        List<End> sources = ends("sources");
        for (End sink : ends("sinks")) {
            List<End> listening = sources.stream()
                    .filter(source -> source.word("port", "").equals(sink.word("port", "")))
                    .toList();
            boolean ours = sink.agent().equals(agent)
                    || listening.stream().anyMatch(source -> source.agent().equals(agent));
            if (listening.size() == 1 && ours) {
                compare(sink, listening.get(0));
            }
        }
    }

    private void compare(End sink, End source) {
        String protocol = sink.word("type", "");
        String other = source.word("type", "");
        if (!protocol.equals(other)) {
            warn(
                    sink.type(),
                    sink.type().key() + ": " + sink.type().value() + " (expected: " + other + ", as "
                            + source.type().key() + ", line " + source.type().line()
                            + ", which listens on the same port)");
            return;
        }
        String sent = sink.word(COMPRESSION, "none");
        String taken = source.word(COMPRESSION, "none");
        if (!protocol.equals("avro") || sent.equals(taken)) {
            return;
        }
        ConfigValue place = sink.written().getOrDefault(COMPRESSION, sink.type());
        ConfigValue peer = source.written().getOrDefault(COMPRESSION, source.type());
        warn(
                place,
                sink.key(COMPRESSION) + ": " + sent + (place == sink.type() ? ", the default" : "") + " (expected: "
                        + taken + ", as " + source.key(COMPRESSION) + (peer == source.type() ? " by default" : "")
                        + ", line " + peer.line()
                        + (source.word("strictCompression", "false").equals("true")
                                ? "; strictCompression = true refuses it)"
                                : "; Headrace understands it all the same, Flume does not)"));
    }

    private List<End> ends(String group) {
        Map<String, Map<String, ConfigValue>> written = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            String[] parts = key.split("\\.", 4);
            if (parts.length == 4 && parts[1].equals(group)) {
                written.computeIfAbsent(parts[0] + " " + parts[2], name -> new LinkedHashMap<>())
                        .put(parts[3], value);
            }
        });
        List<End> ends = new ArrayList<>();
        written.forEach((name, keys) -> {
            String[] parts = name.split(" ", 2);
            ConfigValue type = keys.get("type");
            if (type != null) {
                End end = new End(parts[0], type, keys);
                boolean dials = PROTOCOLS.contains(end.word("type", ""))
                        && end.word("port", "").matches("[1-9]\\d*");
                if (dials) {
                    ends.add(end);
                }
            }
        });
        return ends;
    }

    private void warn(ConfigValue place, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.WARNING, null, message));
    }
}

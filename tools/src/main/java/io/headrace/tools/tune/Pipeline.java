package io.headrace.tools.tune;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ComponentKind;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What is tuned of a configuration: a channel, the sources that fill it and the sink that empties it. Immutable.
 *
 * @param agent the agent's name
 * @param sources that have a batch size and put into the channel; may be empty
 * @param channel the channel's name
 * @param channelType as an alias
 * @param sink the sink's name
 * @param link whether the sink is a {@code link}
 * @param channelKeys what is written of the channel that a trial keeps
 * @param sinkKeys what is written of the sink that a trial keeps
 * @param effective every setting in use, by full key
 * @param baseline the values in use of all knobs that there are
 * @param dataFolder first folder of the log; null without one
 */
record Pipeline(
        String agent,
        List<String> sources,
        String channel,
        String channelType,
        String sink,
        boolean link,
        Map<String, String> channelKeys,
        Map<String, String> sinkKeys,
        Map<String, String> effective,
        Candidate baseline,
        Path dataFolder) {
    /** Name of the agent of a trial. */
    static final String TRIAL = "trial";

    /** Of what is tuned without a configuration; paths are never opened. */
    private static final String USUAL = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = TAILDIR
            a1.sources.r1.channels = c1
            a1.sources.r1.filegroups = f
            a1.sources.r1.filegroups.f = /var/log/app/.*log
            a1.channels.c1.type = file
            a1.sinks.k1.type = link
            a1.sinks.k1.channel = c1
            a1.sinks.k1.hostname = localhost
            a1.sinks.k1.port = 4545
            """;

    /** What a trial has of its own, or must not touch. */
    private static final List<String> NOT_OF_CHANNEL =
            List.of("type", "dataDirs", "checkpointDir", "backupCheckpointDir", "cursor", "retention");

    private static final List<String> OF_SINK = List.of("batch-size", "sendfile", "compression");
    private static final int SPINNING_CORES = 4;

    Pipeline {
        sources = List.copyOf(sources);
        channelKeys = Map.copyOf(channelKeys);
        sinkKeys = Map.copyOf(sinkKeys);
        effective = Map.copyOf(effective);
    }

    /** A tailing source, a file channel and a link, all as they are by default. */
    static Pipeline usual(ComponentRegistry registry) {
        AgentConfiguration usual = ConfigurationLoader.standard(registry, false)
                .readText(Path.of("tune"), USUAL, "a1")
                .orThrow();
        return new Pipeline(of(usual, registry), null);
    }

    private Pipeline(Pipeline from, Path dataFolder) {
        this(
                from.agent,
                from.sources,
                from.channel,
                from.channelType,
                from.sink,
                from.link,
                from.channelKeys,
                from.sinkKeys,
                from.effective,
                from.baseline,
                dataFolder);
    }

    /**
     * The pipeline of a configuration: that of its first sink {@code link}, or of its first sink.
     *
     * @throws ConfigurationException when it has no sink
     */
    static Pipeline of(AgentConfiguration agent, ComponentRegistry registry) {
        SinkConfiguration sink = agent.sinks().stream()
                .filter(each -> isLink(each, registry))
                .findFirst()
                .or(() -> agent.sinks().stream().findFirst())
                .orElseThrow(() -> new ConfigurationException(
                        agent.name() + ".sinks: none (expected: a channel with a sink to tune)"));
        ComponentSettings channel = agent.channels().stream()
                .filter(each -> each.name().equals(sink.channel()))
                .findFirst()
                .orElseThrow();
        ComponentProvider channelType =
                registry.get(ComponentProvider.OfChannel.class, channel.type().value());
        boolean link = isLink(sink, registry);
        List<String> sources = agent.sources().stream()
                .filter(each -> each.channels().contains(channel.name()))
                .filter(each -> has(Knob.BATCH, sourceType(each, registry)))
                .map(each -> each.settings().name())
                .toList();
        Map<Knob, String> values = new EnumMap<>(Knob.class);
        for (Knob knob : Knob.values()) {
            String prefix =
                    switch (knob.component()) {
                        case SOURCE -> sources.isEmpty() ? null : prefix(agent, "sources", sources.get(0));
                        case CHANNEL -> has(knob, channelType) ? channel.prefix() : null;
                        default -> link ? sink.settings().prefix() : null;
                    };
            if (prefix != null) {
                values.put(knob, agent.effective().get(prefix + knob.key()));
            }
        }
        ConfigValue written = channel.values().get("dataDirs");
        String folder = written != null
                ? written.value().split(",")[0].trim()
                : agent.effective().get(channel.prefix() + "dataDirs");
        return new Pipeline(
                agent.name(),
                sources,
                channel.name(),
                channelType.alias(),
                sink.settings().name(),
                link,
                kept(channel, key -> NOT_OF_CHANNEL.stream().noneMatch(key::startsWith)),
                link ? kept(sink.settings(), key -> OF_SINK.stream().anyMatch(key::startsWith)) : Map.of(),
                agent.effective(),
                new Candidate(values),
                folder == null || folder.isEmpty() ? null : Path.of(folder));
    }

    private static String prefix(AgentConfiguration agent, String kind, String name) {
        return agent.name() + "." + kind + "." + name + ".";
    }

    private static Map<String, String> kept(ComponentSettings settings, Predicate<String> isKept) {
        Map<String, String> kept = new LinkedHashMap<>();
        settings.values().forEach((key, value) -> {
            if (isKept.test(key)) {
                kept.put(key, value.value());
            }
        });
        return kept;
    }

    private static boolean isLink(SinkConfiguration sink, ComponentRegistry registry) {
        ComponentProvider type = registry.find(
                ComponentProvider.OfSink.class, sink.settings().type().value());
        return type != null && type.alias().equals("link");
    }

    private static ComponentProvider sourceType(SourceConfiguration source, ComponentRegistry registry) {
        return registry.find(
                ComponentProvider.OfSource.class, source.settings().type().value());
    }

    /** Whether a component has the setting, and does something with it. */
    private static boolean has(Knob knob, ComponentProvider type) {
        return type != null
                && SettingsBinder.settingsOf(type.settingsType()).stream()
                        .anyMatch(each ->
                                each.key().equals(knob.key()) && each.noEffect().isEmpty());
    }

    /** Whether the channel has a log, so that there is a disk to measure. */
    boolean hasLog() {
        return effective.containsKey(prefixOf(ComponentKind.CHANNEL) + "dataDirs");
    }

    /** Whether every event goes to the disk. */
    boolean alwaysWrites() {
        return channelType.equals("file");
    }

    /** A setting of the channel in use; null when there is none of that name. */
    String channelSetting(String key) {
        return effective.get(prefixOf(ComponentKind.CHANNEL) + key);
    }

    /** When the log is synced: {@code always}, {@code never} or milliseconds. */
    String sync() {
        String written = channelSetting("sync");
        return written != null ? written : alwaysWrites() ? "always" : "100";
    }

    /** What may be tried here, with what is in use and the defaults among the values. */
    SearchSpace space(int processors, ComponentRegistry registry) {
        Candidate defaults = defaults(registry);
        Map<Knob, List<String>> values = new EnumMap<>(Knob.class);
        for (Knob knob : baseline.values().keySet()) {
            List<String> tried = new ArrayList<>(List.of(knob.tried()));
            if (knob == Knob.WAIT_STRATEGY && processors < SPINNING_CORES) {
                // A thread that never parks takes from others what they need.
                tried.removeAll(List.of("yield", "spin"));
            }
            if (knob == Knob.BATCH) {
                tried.removeIf(value -> Long.parseLong(value) > largestBatch());
            }
            for (String known : List.of(baseline.value(knob), defaults.value(knob))) {
                if (!tried.contains(known)) {
                    tried.add(known);
                }
            }
            if (tried.stream().allMatch(value -> value.matches("\\d{1,18}"))) {
                tried.sort(Comparator.comparingLong(Long::parseLong));
            }
            values.put(knob, tried);
        }
        return new SearchSpace(values);
    }

    /** The values of the product's defaults, for the knobs that there are; a batch as large as the channel takes. */
    Candidate defaults(ComponentRegistry registry) {
        Map<Knob, String> usual = new EnumMap<>(Knob.class);
        Candidate all = usual(registry).baseline;
        baseline.values().keySet().forEach(knob -> usual.put(knob, all.value(knob)));
        usual.computeIfPresent(
                Knob.BATCH, (knob, batch) -> Long.toString(Math.min(Long.parseLong(batch), largestBatch())));
        return new Candidate(usual);
    }

    private long largestBatch() {
        String transaction = channelSetting("transactionCapacity");
        return transaction == null ? Long.MAX_VALUE : Long.parseLong(transaction);
    }

    /** Properties with which a configuration gets the values of a candidate, by full key. */
    Map<String, String> properties(Map<Knob, String> values) {
        Map<String, String> properties = new LinkedHashMap<>();
        values.forEach((knob, value) -> {
            if (knob.component() == ComponentKind.SOURCE) {
                sources.forEach(source -> properties.put(agent + ".sources." + source + "." + knob.key(), value));
            } else {
                properties.put(prefixOf(knob.component()) + knob.key(), value);
            }
        });
        return properties;
    }

    String prefixOf(ComponentKind kind) {
        return agent + "." + kind.word() + "s." + (kind == ComponentKind.CHANNEL ? channel : sink) + ".";
    }

    /** The configuration of a trial. */
    String trial(Candidate candidate, Path folder, String host, int port) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("sources", "load");
        keys.put("channels", "c");
        keys.put("sinks", "k");
        keys.put("sources.load.type", LoadSource.ALIAS);
        keys.put("sources.load.channels", "c");
        keys.put("channels.c.type", channelType);
        channelKeys.forEach((key, value) -> keys.put("channels.c." + key, value));
        if (hasLog()) {
            keys.put("channels.c.dataDirs", folder.toString());
        }
        keys.put("sinks.k.channel", "c");
        keys.put("sinks.k.type", link ? "link" : CountingSink.ALIAS);
        if (link) {
            sinkKeys.forEach((key, value) -> keys.put("sinks.k." + key, value));
            keys.put("sinks.k.hostname", host);
            keys.put("sinks.k.port", Integer.toString(port));
            keys.put("sinks.k.drain-timeout", "0");
        }
        candidate
                .values()
                .forEach((knob, value) -> keys.put(
                        switch (knob.component()) {
                                    case SOURCE -> "sources.load.";
                                    case CHANNEL -> "channels.c.";
                                    default -> "sinks.k.";
                                }
                                + knob.key(),
                        value));
        return keys.entrySet().stream()
                .map(each ->
                        TRIAL + "." + each.getKey() + " = " + each.getValue().replace("\\", "\\\\"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}

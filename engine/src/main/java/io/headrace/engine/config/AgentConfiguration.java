package io.headrace.engine.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One agent as it is configured: names resolved, types known, settings checked. Immutable.
 *
 * @param name the agent's
 * @param channels in order of configuration
 * @param sources in order of configuration
 * @param sinks in order of configuration
 * @param groups of sinks, in order of configuration
 * @param effective every setting of every component with the value in use, by full key; secrets masked
 */
public record AgentConfiguration(
        String name,
        List<ComponentSettings> channels,
        List<SourceConfiguration> sources,
        List<SinkConfiguration> sinks,
        List<SinkGroupConfiguration> groups,
        Map<String, String> effective) {
    /**
     * A source.
     *
     * @param settings its own
     * @param channels where its events go
     * @param optional those of them that its selector never requires
     * @param selector how they are spread
     * @param interceptors what changes them, in order
     * @param compression of the frames that go to the channels
     * @param maxBackoffSleep longest pause between two polls of an idle source in milliseconds; 0 for the agent's own
     */
    public record SourceConfiguration(
            ComponentSettings settings,
            List<String> channels,
            Set<String> optional,
            ComponentSettings selector,
            List<ComponentSettings> interceptors,
            CompressionSettings compression,
            long maxBackoffSleep) {
        SourceConfiguration withSettings(ComponentSettings others) {
            return new SourceConfiguration(
                    others, channels, optional, selector, interceptors, compression, maxBackoffSleep);
        }
    }

    /**
     * A sink.
     *
     * @param settings its own
     * @param channel where its events come from
     * @param cursor of that channel from which it takes
     */
    public record SinkConfiguration(ComponentSettings settings, String channel, String cursor) {}

    /**
     * A group of sinks.
     *
     * @param settings of its processor
     * @param sinks names of its members, which share a channel and a cursor
     */
    public record SinkGroupConfiguration(ComponentSettings settings, List<String> sinks) {}
}

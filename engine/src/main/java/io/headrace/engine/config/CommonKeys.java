package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the agent itself reads of components, whatever their type; for documentation. */
public final class CommonKeys {
    /** Keys of every source. One that has keys of its own named as those of compression does not have these. */
    public record OfSource(
            @Setting(key = "type", names = ComponentProvider.OfSource.class, doc = "What kind of source it is.")
            String type,

            @Setting(
                    key = "channels",
                    doc = "Where its events go: the names of one or more channels, required. With several, the selector"
                            + " decides which event goes where.")
            List<String> channels,

            @Setting(
                    key = "interceptors",
                    doc = "What changes or drops events before they reach the channels: names, applied in this order.")
            List<String> interceptors,

            @Setting(key = "interceptors.*", doc = "interceptors.NAME.type and the other keys of the interceptor NAME.")
            Map<String, String> ofInterceptors,

            @Setting(
                    key = "selector.type",
                    byDefault = "replicating",
                    names = ComponentProvider.OfSelector.class,
                    doc = "How events are spread over the channels.")
            String selector,

            @Setting(key = "selector.*", doc = "The other keys of the selector.")
            Map<String, String> ofSelector,

            CompressionSettings compression,
            Polling polling) {}

    /** Keys of every source that the agent polls; others may have keys of these names for purposes of their own. */
    public record Polling(
            @Setting(
                    key = "maxBackoffSleep",
                    byDefault = "100",
                    unit = "ms",
                    min = 1,
                    doc = "Longest pause of a source that the agent polls (seq, and plug-ins that poll) while it finds"
                            + " nothing to do: longer pauses cost less and notice later.")
            Duration maxBackoffSleep,

            @Setting(
                    key = "backoffSleepIncrement",
                    unit = "ms",
                    min = 1,
                    noEffect = "pauses double from 1 ms to maxBackoffSleep",
                    doc = "By how much Flume lengthens the pause each time.")
            Optional<Duration> backoffSleepIncrement) {}

    /** Keys of every channel. */
    public record OfChannel(
            @Setting(key = "type", names = ComponentProvider.OfChannel.class, doc = "What kind of channel it is.")
            String type) {}

    /** Keys of every sink. */
    public record OfSink(
            @Setting(key = "type", names = ComponentProvider.OfSink.class, doc = "What kind of sink it is.")
            String type,

            @Setting(
                    key = "channel",
                    doc =
                            "Where its events come from: the name of one channel. Sinks of one channel share its events; each"
                                    + " event goes to one of them.")
            String channel,

            @Setting(
                    key = "cursor",
                    byDefault = "sinks",
                    word = true,
                    doc =
                            "From which cursor of a file channel: one that the channel's cursors.NAME.start makes, for all events"
                                    + " again, or sinks, which those have that say nothing. Only sinks on the same cursor share.")
            String cursor) {}

    /** Keys of every interceptor. */
    public record OfInterceptor(
            @Setting(
                    key = "type",
                    names = ComponentProvider.OfInterceptor.class,
                    doc = "What kind of interceptor it is.")
            String type) {}

    private CommonKeys() {}

    /** The record of the keys that all components of a role have. */
    public static Optional<Class<? extends Record>> of(ComponentRole role) {
        return switch (role) {
            case SOURCE -> Optional.of(OfSource.class);
            case CHANNEL -> Optional.of(OfChannel.class);
            case SINK -> Optional.of(OfSink.class);
            case INTERCEPTOR -> Optional.of(OfInterceptor.class);
            case SELECTOR, SERIALIZER, SINK_PROCESSOR, SINK_SELECTOR -> Optional.empty();
        };
    }
}

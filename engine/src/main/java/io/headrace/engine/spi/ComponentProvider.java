package io.headrace.engine.spi;

import io.headrace.engine.channel.ChannelSettings;
import java.util.List;

/**
 * Finds components by the {@code type} of a configuration; registered for {@link java.util.ServiceLoader} under one of
 * the interfaces nested here. A type is an alias (case does not matter) or a class name. Implementations have a public
 * constructor without parameters and no state; they are asked by any thread.
 */
public interface ComponentProvider {
    /** The short name in a configuration, e.g. {@code TAILDIR}. */
    String alias();

    /** Other names that mean this component: Flume's class names. */
    default List<String> otherNames() {
        return List.of();
    }

    /**
     * The record of its settings, each component with {@link io.headrace.engine.config.Setting}: for documentation, and to
     * check a configuration before anything is made.
     */
    Class<? extends Record> settingsType();

    /** One line for {@code help components}: what the component does, beginning with a verb, without a period. */
    String summary();

    /** Makes sources. */
    interface OfSource extends ComponentProvider {
        Source create(SourceContext context);
    }

    /** Makes sinks. */
    interface OfSink extends ComponentProvider {
        Sink create(SinkContext context);
    }

    /** Reads the settings of a kind of channel. */
    interface OfChannel extends ComponentProvider {
        /** The effective settings, with which the agent opens the channel. */
        ChannelSettings settings(ComponentContext context);
    }

    /** Makes interceptors. */
    interface OfInterceptor extends ComponentProvider {
        Interceptor create(ComponentContext context);
    }

    /** Makes selectors. */
    interface OfSelector extends ComponentProvider {
        ChannelSelector create(SelectorContext context);
    }

    /** Makes serializers. */
    interface OfSerializer extends ComponentProvider {
        EventSerializer create(ComponentContext context);
    }

    /** Makes sink processors. */
    interface OfSinkProcessor extends ComponentProvider {
        SinkProcessor create(ComponentContext context);
    }

    /** Makes selectors of sinks for load-balancing groups. */
    interface OfSinkSelector extends ComponentProvider {
        SinkSelector create(ComponentContext context);
    }
}

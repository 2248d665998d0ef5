package io.headrace.engine.plugin;

import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.engine.spi.Interceptor;
import io.headrace.engine.spi.SelectorContext;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.engine.spi.SinkSelector;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;

/** Makes the components of a class that a configuration names, with nobody having registered it. Immutable. */
abstract class ClassProvider implements ComponentProvider {
    private final ComponentConstructor constructor;

    private ClassProvider(ComponentConstructor constructor) {
        this.constructor = constructor;
    }

    static ComponentProvider of(ComponentRole role, ComponentConstructor constructor) {
        return switch (role) {
            case SOURCE -> new OfSource(constructor);
            case SINK -> new OfSink(constructor);
            case INTERCEPTOR -> new OfInterceptor(constructor);
            case SELECTOR -> new OfSelector(constructor);
            case SERIALIZER -> new OfSerializer(constructor);
            case SINK_PROCESSOR -> new OfSinkProcessor(constructor);
            case SINK_SELECTOR -> new OfSinkSelector(constructor);
            case CHANNEL -> throw new IllegalArgumentException("a channel (expected: its provider)");
        };
    }

    final Class<?> componentType() {
        return constructor.type();
    }

    final Object make(ComponentContext context) {
        return constructor.make(context);
    }

    @Override
    public final String alias() {
        return constructor.type().getName();
    }

    @Override
    public final Class<? extends Record> settingsType() {
        return constructor.settings();
    }

    @Override
    public final String summary() {
        return "the class " + alias();
    }

    private static final class OfSource extends ClassProvider implements ComponentProvider.OfSource {
        OfSource(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public Source create(SourceContext context) {
            return (Source) make(context);
        }
    }

    private static final class OfSink extends ClassProvider implements ComponentProvider.OfSink {
        OfSink(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public Sink create(SinkContext context) {
            return (Sink) make(context);
        }
    }

    private static final class OfInterceptor extends ClassProvider implements ComponentProvider.OfInterceptor {
        OfInterceptor(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public Interceptor create(ComponentContext context) {
            return (Interceptor) make(context);
        }
    }

    private static final class OfSelector extends ClassProvider implements ComponentProvider.OfSelector {
        OfSelector(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public ChannelSelector create(SelectorContext context) {
            return (ChannelSelector) make(context);
        }
    }

    private static final class OfSerializer extends ClassProvider implements ComponentProvider.OfSerializer {
        OfSerializer(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public EventSerializer create(ComponentContext context) {
            return (EventSerializer) make(context);
        }
    }

    private static final class OfSinkProcessor extends ClassProvider implements ComponentProvider.OfSinkProcessor {
        OfSinkProcessor(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public SinkProcessor create(ComponentContext context) {
            return (SinkProcessor) make(context);
        }
    }

    private static final class OfSinkSelector extends ClassProvider implements ComponentProvider.OfSinkSelector {
        OfSinkSelector(ComponentConstructor constructor) {
            super(constructor);
        }

        @Override
        public SinkSelector create(ComponentContext context) {
            return (SinkSelector) make(context);
        }
    }
}

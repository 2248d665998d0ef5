package io.headrace.engine.spi;

import java.util.List;
import java.util.Locale;

/** What a component can be, with the interfaces that its author implements. */
public enum ComponentRole {
    SOURCE(ComponentProvider.OfSource.class, SourceContext.class, Source.class),
    CHANNEL(ComponentProvider.OfChannel.class, ComponentContext.class),
    SINK(ComponentProvider.OfSink.class, SinkContext.class, BatchSink.class, AsyncSink.class),
    INTERCEPTOR(ComponentProvider.OfInterceptor.class, ComponentContext.class, Interceptor.class),
    SELECTOR(ComponentProvider.OfSelector.class, SelectorContext.class, ChannelSelector.class),
    SERIALIZER(ComponentProvider.OfSerializer.class, ComponentContext.class, EventSerializer.class),
    SINK_PROCESSOR(ComponentProvider.OfSinkProcessor.class, ComponentContext.class, SinkProcessor.class),
    SINK_SELECTOR(ComponentProvider.OfSinkSelector.class, ComponentContext.class, SinkSelector.class);

    private final Class<? extends ComponentProvider> provider;
    private final Class<? extends ComponentContext> context;
    private final List<Class<?>> types;

    ComponentRole(
            Class<? extends ComponentProvider> provider, Class<? extends ComponentContext> context, Class<?>... types) {
        this.provider = provider;
        this.context = context;
        this.types = List.of(types);
    }

    /** The role of components that a kind of provider makes. */
    public static ComponentRole of(Class<? extends ComponentProvider> kind) {
        for (ComponentRole role : values()) {
            if (role.provider.isAssignableFrom(kind)) {
                return role;
            }
        }
        throw new IllegalArgumentException(kind.getName() + " (expected: an interface nested in ComponentProvider)");
    }

    /** Its providers. */
    public Class<? extends ComponentProvider> provider() {
        return provider;
    }

    /** What such a component is given when it is made. */
    public Class<? extends ComponentContext> context() {
        return context;
    }

    /** The interfaces of which a class implements one to be such a component; none where only a provider can be. */
    public List<Class<?>> types() {
        return types;
    }

    /** Whether objects of a class are such components. */
    public boolean includes(Class<?> type) {
        return types.stream().anyMatch(role -> role.isAssignableFrom(type));
    }

    /** As in messages and on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** With its article. */
    public String withArticle() {
        return (this == INTERCEPTOR ? "an " : "a ") + word();
    }
}

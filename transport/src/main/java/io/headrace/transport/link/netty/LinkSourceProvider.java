package io.headrace.transport.link.netty;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.util.List;

/** Registers the source {@code link}. */
public final class LinkSourceProvider implements ComponentProvider.OfSource {
    @Override
    public String alias() {
        return "link";
    }

    @Override
    public List<String> otherNames() {
        return List.of(LinkSource.class.getName());
    }

    @Override
    public Class<? extends Record> settingsType() {
        return LinkSourceSettings.class;
    }

    @Override
    public String summary() {
        return "receives frames from sinks 'link' of other agents, each once and in order";
    }

    @Override
    public Source create(SourceContext context) {
        return new LinkSource(context);
    }
}

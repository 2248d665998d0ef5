package io.headrace.transport.link.netty;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.List;

/** Registers the sink {@code link}. */
public final class LinkSinkProvider implements ComponentProvider.OfSink {
    @Override
    public String alias() {
        return "link";
    }

    @Override
    public List<String> otherNames() {
        return List.of(LinkSink.class.getName());
    }

    @Override
    public Class<? extends Record> settingsType() {
        return LinkSinkSettings.class;
    }

    @Override
    public String summary() {
        return "sends frames to a source 'link' of another agent, each once and in order";
    }

    @Override
    public Sink create(SinkContext context) {
        return new LinkSink(context);
    }
}

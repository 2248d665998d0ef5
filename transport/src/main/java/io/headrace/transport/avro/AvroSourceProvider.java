package io.headrace.transport.avro;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.util.List;

/** Registers the source {@code avro}. */
public final class AvroSourceProvider implements ComponentProvider.OfSource {
    @Override
    public String alias() {
        return "avro";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.source.AvroSource", AvroSource.class.getName());
    }

    @Override
    public Class<? extends Record> settingsType() {
        return AvroSourceSettings.class;
    }

    @Override
    public String summary() {
        return "receives batches from sinks 'avro' and from Flume's agents and clients; knows no dedupe, since Avro's"
                + " batches do not say where their events come from";
    }

    @Override
    public Source create(SourceContext context) {
        return new AvroSource(context);
    }
}

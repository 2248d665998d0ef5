package io.headrace.transport.avro;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.List;

/** Registers the sink {@code avro}. */
public final class AvroSinkProvider implements ComponentProvider.OfSink {
    @Override
    public String alias() {
        return "avro";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.sink.AvroSink", AvroSink.class.getName());
    }

    @Override
    public Class<? extends Record> settingsType() {
        return AvroSinkSettings.class;
    }

    @Override
    public String summary() {
        return "sends batches to a source 'avro', of Flume or of Headrace";
    }

    @Override
    public Sink create(SinkContext context) {
        return new AvroSink(context);
    }
}

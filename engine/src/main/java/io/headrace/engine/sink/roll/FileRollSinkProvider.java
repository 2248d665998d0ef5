package io.headrace.engine.sink.roll;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.List;

/** Makes {@link FileRollSink}. */
public final class FileRollSinkProvider implements ComponentProvider.OfSink {
    @Override
    public String alias() {
        return "file_roll";
    }

    @Override
    public List<String> otherNames() {
        return List.of("org.apache.flume.sink.RollingFileSink");
    }

    @Override
    public Class<? extends Record> settingsType() {
        return FileRollSettings.class;
    }

    @Override
    public String summary() {
        return "writes events into files of a folder, once each with a channel that keeps tokens";
    }

    @Override
    public Sink create(SinkContext context) {
        return new FileRollSink(context);
    }
}

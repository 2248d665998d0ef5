package io.headrace.transport.avro;

import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.transport.EventLoops;
import java.net.InetSocketAddress;

/** The source {@code avro}: receives what Flume's Avro sinks and clients send, and sinks {@code avro} of Headrace. */
public final class AvroSource implements Source {
    private final SourceContext context;
    private final AvroSourceSettings settings;
    private AvroServer server;
    private volatile InetSocketAddress address;

    public AvroSource(SourceContext context) {
        this.context = context;
        this.settings = context.settings(AvroSourceSettings.class);
    }

    @Override
    public void start() throws Exception {
        server = new AvroServer(context.shared(EventLoops.class, EventLoops::open), context, settings);
        address = server.start();
    }

    /** Where it listens, with the port that the system chose; null before the start. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop();
            server = null;
        }
    }
}

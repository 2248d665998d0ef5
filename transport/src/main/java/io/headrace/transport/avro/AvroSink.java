package io.headrace.transport.avro;

import io.headrace.engine.spi.AsyncSink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.transport.EventLoops;
import io.headrace.transport.net.ContextHealth;
import io.headrace.transport.net.LoopDriver;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsContexts;
import io.headrace.transport.tls.TlsDefaults;
import io.headrace.transport.tls.TlsFiles;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The sink {@code avro}: sends a channel's events to a source {@code avro} of Flume or Headrace, on one event loop. */
public final class AvroSink implements AsyncSink {
    private final SinkContext context;
    private final AvroSinkSettings settings;
    private LoopDriver driver;
    private TlsFiles tlsFiles;

    public AvroSink(SinkContext context) {
        this.context = context;
        this.settings = context.settings(AvroSinkSettings.class);
    }

    @Override
    public void start() throws IOException {
        EventLoops loops = context.shared(EventLoops.class, EventLoops::open);
        EventLoop loop = loops.next();
        driver = new LoopDriver(loop, context::failed);
        AvroSenderOptions options = new AvroSenderOptions(
                settings.batchSize(),
                settings.requestsInFlight().orElse(0),
                settings.connectTimeout(),
                settings.requestTimeout(),
                TimeUnit.SECONDS.toMillis(settings.resetConnectionInterval()),
                settings.pauses().maxBackoff());
        TlsContext tls = null;
        if (settings.tls().ssl()) {
            tls = TlsContexts.client(settings.tls(), TlsDefaults.ofProcess(), context.epochClock(), false);
            tlsFiles = TlsFiles.watch(tls, loops, context.metrics(), context.logger());
        }
        SocketDialer dialer = AvroClient.dialer(loops, loop, settings, tls, driver::wake);
        AvroSender sender = new AvroSender(
                options,
                context.consumer(),
                dialer,
                context.nanoClock(),
                context::randomLong,
                new ContextHealth(context),
                new AvroSinkMetrics(context.metrics()));
        dialer.attach(sender);
        context.consumer().setListener(driver::wake);
        driver.start(sender);
    }

    @Override
    public void stop() {
        if (tlsFiles != null) {
            tlsFiles.close();
        }
        if (driver != null) {
            driver.stop(settings.pauses().drainTimeout());
            context.consumer().setListener(() -> {});
            driver = null;
        }
    }
}

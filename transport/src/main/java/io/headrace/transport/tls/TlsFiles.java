package io.headrace.transport.tls;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.transport.EventLoops;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Looks at the files of a component's {@link TlsContext} every second, logs what becomes of them and counts it. Opened
 * and closed by one thread.
 */
public final class TlsFiles implements AutoCloseable {
    private static final long WARN_SECONDS = TimeUnit.DAYS.toSeconds(7);

    private final TlsContext context;
    private final Logger log;
    private final Counter reloads;
    private final Counter failures;
    private final PeriodicLook tick;
    private boolean warned;

    /** Begins to look, on the thread of {@code loops} that may block. */
    public static TlsFiles watch(TlsContext context, EventLoops loops, MetricGroup metrics, Logger log) {
        return new TlsFiles(context, loops, metrics, log, PeriodicLook.FILES_MILLIS);
    }

    TlsFiles(TlsContext context, EventLoops loops, MetricGroup metrics, Logger log, long periodMillis) {
        this.context = context;
        this.log = log;
        this.reloads = metrics.counter("TlsReloadCount");
        this.failures = metrics.counter("TlsReloadFailedCount");
        if (context.secondsLeft() != Long.MAX_VALUE) {
            metrics.gauge("TlsCertificateSecondsLeft", context::secondsLeft);
        }
        log.info("TLS by {}: {}", TlsMaker.provider(), context.description());
        tick = new PeriodicLook(loops, periodMillis, this::look);
    }

    private void look() {
        context.checkFiles(new TlsContext.Listener() {
            @Override
            public void reloaded(String what) {
                warned = false;
                reloads.increment();
                log.info("TLS files have changed, new connections use them: {}", what);
            }

            @Override
            public void notReloaded(IOException why) {
                failures.increment();
                log.warn("TLS files have changed and cannot be used, the old ones stay in use: {}", why.getMessage());
            }
        });
        if (!warned && context.secondsLeft() < WARN_SECONDS) {
            warned = true;
            log.warn("{} (expected: a new file within {} days)", context.description(), context.secondsLeft() / 86_400);
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        tick.close();
    }
}

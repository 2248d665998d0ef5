package io.headrace.tools;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import io.headrace.transport.http.HttpEndpoint;
import io.headrace.transport.http.HttpPages;
import io.headrace.transport.http.HttpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics and health over HTTP, from before the agent starts until after it has stopped. A port that somebody else has
 * keeps no agent from its work: it is tried again with growing pauses. Opened and closed by one thread.
 */
final class MonitoringEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MonitoringEndpoint.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long END_MILLIS = 5_000;

    private final String agent;
    private final Monitoring settings;
    private final EventLoops loops = new EventLoops(1);
    private final HttpEndpoint endpoint;
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "monitoring");
        thread.setDaemon(true);
        return thread;
    });
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean failed;

    /** The endpoint has a loop of its own, since it answers until the agent and its loops are gone. */
    MonitoringEndpoint(String agent, Monitoring settings, HttpPages pages) {
        this.agent = agent;
        this.settings = settings;
        this.endpoint = new HttpEndpoint(loops, pages);
    }

    /** Listens now, or as soon as that is possible. */
    void open() {
        attempt();
    }

    private void attempt() {
        try {
            InetSocketAddress address = endpoint.start(new HttpSettings(settings.bind(), settings.port()));
            LOG.info(
                    "agent {}: metrics and health on http://{}{}",
                    agent,
                    Listening.shown(address.getHostString(), address.getPort()),
                    address.getAddress().isAnyLocalAddress()
                            ? ", on every address of this machine and for everybody who reaches it (--metrics-bind)"
                            : "");
        } catch (IOException e) {
            if (!failed) {
                LOG.error(
                        "agent {}: no metrics and health: {} (tried again with growing pauses)", agent, e.getMessage());
            }
            failed = true;
            retries.schedule(this::attempt, pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        retries.shutdownNow();
        try {
            if (!retries.awaitTermination(END_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("agent {}: still opens {}:{}", agent, settings.bind(), settings.port());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endpoint.close();
        loops.close();
    }
}

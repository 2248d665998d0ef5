package io.headrace.engine.spi;

import io.headrace.engine.metrics.MetricGroup;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a component is given when it is made. Safe for any thread, except {@link #settings}. */
public interface ComponentContext {
    /** The component's name in the configuration; an interceptor's is {@code SOURCE.NAME}, a selector's its source's. */
    String name();

    /** The agent's name. */
    String agentName();

    /**
     * Reads the component's settings into a record whose components carry {@link io.headrace.engine.config.Setting}.
     * Call once, in the constructor or factory: what is read is known, what is left over is reported.
     *
     * @throws io.headrace.engine.config.ConfigurationException with file, line, key, value and expectation
     */
    <R extends Record> R settings(Class<R> type);

    /** The component's counters and times. Look a counter up once and keep it. */
    MetricGroup metrics();

    /** Where the component logs, under its name in the configuration. */
    default Logger logger() {
        return LoggerFactory.getLogger("component." + name());
    }

    /**
     * A folder for what the component wants to find again in its next life, made at the first call; each component of an
     * agent has its own. What is put there is the component's affair: nothing is removed.
     *
     * @throws java.io.UncheckedIOException when it cannot be made
     */
    default Path dataFolder() {
        throw new UnsupportedOperationException(name() + ": no folder here (expected: an agent's context)");
    }

    /** The components there are, for one that makes others of its settings. */
    default ComponentRegistry components() {
        return ComponentRegistry.load();
    }

    /** Something shared by all components of an agent, such as event loops; made at first use, closed with the agent. */
    <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory);

    /** Milliseconds since the epoch, from the agent's clock. */
    default long epochMillis() {
        return epochClock().time();
    }

    /** Nanoseconds since some moment, for durations, from the agent's clock. */
    default long nanoTime() {
        return nanoClock().nanoTime();
    }

    /** The clock behind {@link #epochMillis()}; of Agrona's version that comes with Headrace. */
    EpochClock epochClock();

    /** The clock behind {@link #nanoTime()}; of Agrona's version that comes with Headrace. */
    NanoClock nanoClock();

    /** A random number, for producer ids and jitter. */
    long randomLong();

    /** Says that the component works, with what it does, e.g. {@code listening on 127.0.0.1:4141}. */
    void healthy(String detail);

    /** Says that the component runs but cannot do its work now; shown by health with the reason. */
    void unhealthy(String reason);

    /** Says that the component cannot go on: the agent stops it and starts a new one with back-off. */
    void failed(Throwable cause);
}

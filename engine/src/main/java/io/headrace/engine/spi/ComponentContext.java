package io.headrace.engine.spi;

import io.headrace.engine.metrics.MetricGroup;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** What a component is given when it is made. */
public interface ComponentContext {
    /** The component's name in the configuration. */
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

    /** The component's counters and times. */
    MetricGroup metrics();

    /** Something shared by all components of an agent, such as event loops; made at first use, closed with the agent. */
    <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory);

    EpochClock epochClock();

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

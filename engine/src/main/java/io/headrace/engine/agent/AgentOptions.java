package io.headrace.engine.agent;

import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * What an agent is given from outside. Immutable.
 *
 * @param drain how long sinks may take what is left in the channels when the agent stops
 * @param errorHandler gets every {@link Error} and every failure of a component, after it was logged; on any thread; it
 *     may call {@link Agent#requestStop()} but must not wait for the agent
 * @param registry the components there are
 * @param storage where channels keep their logs
 * @param epochClock milliseconds since the epoch
 * @param nanoClock for durations
 * @param random for ids and jitter
 */
public record AgentOptions(
        Duration drain,
        Consumer<Throwable> errorHandler,
        ComponentRegistry registry,
        Storage storage,
        EpochClock epochClock,
        NanoClock nanoClock,
        LongSupplier random) {
    /** A year: nobody waits longer, and it fits into nanoseconds. */
    public static final Duration LONGEST_DRAIN = Duration.ofDays(365);

    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);

    public AgentOptions {
        Objects.requireNonNull(errorHandler, "errorHandler");
        if (drain.isNegative() || drain.compareTo(LONGEST_DRAIN) > 0) {
            throw new IllegalArgumentException("drain: " + drain + " (expected: 0.." + LONGEST_DRAIN + ")");
        }
    }

    /** All registered components, real disk, real clocks, ten seconds to drain. */
    public static AgentOptions defaults() {
        return new AgentOptions(
                DEFAULT_DRAIN,
                error -> {},
                ComponentRegistry.load(),
                new FileStorage(),
                System::currentTimeMillis,
                System::nanoTime,
                new SecureRandom()::nextLong);
    }

    /** The same with another {@link #drain}. */
    public AgentOptions withDrain(Duration newDrain) {
        return new AgentOptions(newDrain, errorHandler, registry, storage, epochClock, nanoClock, random);
    }

    /** The same with another {@link #errorHandler}. */
    public AgentOptions withErrorHandler(Consumer<Throwable> newHandler) {
        return new AgentOptions(drain, newHandler, registry, storage, epochClock, nanoClock, random);
    }

    /** The same with another {@link #registry}. */
    public AgentOptions withRegistry(ComponentRegistry newRegistry) {
        return new AgentOptions(drain, errorHandler, newRegistry, storage, epochClock, nanoClock, random);
    }

    /** The same with another {@link #storage}. */
    public AgentOptions withStorage(Storage newStorage) {
        return new AgentOptions(drain, errorHandler, registry, newStorage, epochClock, nanoClock, random);
    }
}

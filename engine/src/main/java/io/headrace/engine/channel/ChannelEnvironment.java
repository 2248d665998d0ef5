package io.headrace.engine.channel;

import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.Storage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * What a channel needs from outside, so that a test can drive all of it.
 *
 * @param storage of the log; not used by MEMORY
 * @param random for stream ids
 * @param runner of the duty cycles
 * @param failureHandler called once when the channel fails, by the thread that found out
 */
public record ChannelEnvironment(
        Storage storage,
        NanoClock nanoClock,
        EpochClock epochClock,
        LongSupplier random,
        MetricGroup metrics,
        DutyRunner runner,
        Consumer<Throwable> failureHandler) {}

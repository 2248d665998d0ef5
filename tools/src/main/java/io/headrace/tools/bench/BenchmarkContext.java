package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.SinkContext;
import io.headrace.engine.spi.SourceContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * What one source or sink is given when a workload or a benchmark runs it without an agent. A component that says it failed
 * fails the run at its next {@link #checkFailure()}. What it shares is closed with it. Safe for any thread.
 */
public final class BenchmarkContext implements SourceContext, SinkContext, AutoCloseable {
    private final String name;
    private final Map<String, String> settings;
    private final ChannelProcessor processor;
    private final ChannelConsumer consumer;
    private final MetricGroup metrics;
    private final SplittableRandom random = new SplittableRandom();
    private final Map<Class<?>, AutoCloseable> shared = new LinkedHashMap<>();
    private volatile Throwable failure;
    private volatile String reason;

    private BenchmarkContext(
            String name,
            GroupType type,
            Map<String, String> settings,
            ChannelProcessor processor,
            ChannelConsumer consumer) {
        this.name = name;
        this.settings = settings;
        this.processor = processor;
        this.consumer = consumer;
        this.metrics = new MetricGroup(type, name);
    }

    /** What a source is given. */
    public static BenchmarkContext ofSource(String name, Map<String, String> settings, ChannelProcessor processor) {
        return new BenchmarkContext(name, GroupType.SOURCE, settings, processor, null);
    }

    /** What a sink is given. */
    public static BenchmarkContext ofSink(String name, Map<String, String> settings, ChannelConsumer consumer) {
        return new BenchmarkContext(name, GroupType.SINK, settings, null, consumer);
    }

    /** A counter or gauge of the component as it stands. */
    public long metric(String metric) {
        return metrics.values().get(metric).longValue();
    }

    /** Throws what the component failed with. */
    public void checkFailure() {
        if (failure != null) {
            throw new WorkloadException(name + " failed: " + failure.getMessage(), failure);
        }
    }

    /** Why it cannot work now, or null. */
    public String reason() {
        return reason;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String agentName() {
        return "bench";
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return SettingsBinder.bind(type, settings);
    }

    @Override
    public MetricGroup metrics() {
        return metrics;
    }

    @Override
    public synchronized <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        return type.cast(shared.computeIfAbsent(type, key -> factory.get()));
    }

    @Override
    public EpochClock epochClock() {
        return SystemEpochClock.INSTANCE;
    }

    @Override
    public NanoClock nanoClock() {
        return SystemNanoClock.INSTANCE;
    }

    @Override
    public synchronized long randomLong() {
        return random.nextLong();
    }

    @Override
    public void healthy(String detail) {
        reason = null;
    }

    @Override
    public void unhealthy(String newReason) {
        reason = name + ": " + newReason;
    }

    @Override
    public void failed(Throwable cause) {
        failure = cause;
    }

    @Override
    public ChannelProcessor processor() {
        return processor;
    }

    @Override
    public ChannelConsumer consumer() {
        return consumer;
    }

    @Override
    public synchronized void close() {
        for (AutoCloseable each : shared.values()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new WorkloadException("what " + name + " shared was not closed: " + each, e);
            }
        }
        shared.clear();
    }
}

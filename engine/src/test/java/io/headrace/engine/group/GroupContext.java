package io.headrace.engine.group;

import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentContext;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** What a processor is given, with time that a test lets pass. */
final class GroupContext implements ComponentContext {
    final MetricGroup metrics = new MetricGroup(GroupType.SINK_PROCESSOR, "g1");
    private final Map<String, String> settings;
    private final SplittableRandom random = new SplittableRandom(7);
    private long millis = 1_000_000;

    GroupContext(Map<String, String> settings) {
        this.settings = settings;
    }

    void pass(long moreMillis) {
        millis += moreMillis;
    }

    @Override
    public String name() {
        return "g1";
    }

    @Override
    public String agentName() {
        return "a1";
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
    public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        throw new UnsupportedOperationException("shared: nothing here");
    }

    @Override
    public EpochClock epochClock() {
        return () -> millis;
    }

    @Override
    public NanoClock nanoClock() {
        return () -> TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public long randomLong() {
        return random.nextLong();
    }

    @Override
    public void healthy(String detail) {
        throw new UnsupportedOperationException("healthy: " + detail);
    }

    @Override
    public void unhealthy(String reason) {
        throw new UnsupportedOperationException("unhealthy: " + reason);
    }

    @Override
    public void failed(Throwable cause) {
        throw new UnsupportedOperationException("failed", cause);
    }
}

package io.headrace.transport.link.netty;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.SinkContext;
import io.headrace.engine.spi.SourceContext;
import io.headrace.transport.EventLoops;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** What an agent would give a component. */
public final class TestContext implements SourceContext, SinkContext {
    public final List<String> health = new CopyOnWriteArrayList<>();
    private final Map<String, String> settings;
    private final EventLoops loops;
    private final ChannelProcessor processor;
    private final ChannelConsumer consumer;
    private final MetricGroup metrics;
    private Path folder;

    private TestContext(
            Map<String, String> settings, EventLoops loops, ChannelProcessor processor, ChannelConsumer consumer) {
        this.settings = settings;
        this.loops = loops;
        this.processor = processor;
        this.consumer = consumer;
        this.metrics = new MetricGroup(processor == null ? GroupType.SINK : GroupType.SOURCE, "test");
    }

    public static TestContext source(EventLoops loops, ChannelProcessor processor, Map<String, String> settings) {
        return new TestContext(settings, loops, processor, null);
    }

    public static TestContext sink(EventLoops loops, ChannelConsumer consumer, Map<String, String> settings) {
        return new TestContext(settings, loops, null, consumer);
    }

    /** Where the component keeps what it wants to find again. */
    public TestContext keepingIn(Path where) {
        folder = where;
        return this;
    }

    @Override
    public Path dataFolder() {
        return folder;
    }

    public long count(String counter) {
        return metrics.counter(counter).get();
    }

    public long gauge(String name) {
        return metrics.gauges().get(name).longValue();
    }

    public String lastHealth() {
        return health.isEmpty() ? "" : health.get(health.size() - 1);
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public String agentName() {
        return "agent";
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
        return type.cast(loops);
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
    public long randomLong() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public void healthy(String detail) {
        health.add("+" + detail);
    }

    @Override
    public void unhealthy(String reason) {
        health.add("-" + reason);
    }

    @Override
    public void failed(Throwable cause) {
        health.add("!" + cause);
    }

    @Override
    public ChannelProcessor processor() {
        return processor;
    }

    @Override
    public ChannelConsumer consumer() {
        return consumer;
    }
}

package io.headrace.engine;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.ComponentKind;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.SelectorChannels;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.SelectorContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** The context of one component, made of settings as they would be written, with a clock that a test sets. */
public final class TestContext extends StubContext implements SelectorContext {
    /** What the clock shows, in milliseconds since the epoch. */
    public long nowMillis = 1_700_000_000_000L;

    private final ComponentSettings settings;
    private final List<Channel> channels;

    public TestContext(Map<String, String> written, Channel... channels) {
        super(
                "test",
                written,
                new MetricGroup(GroupType.OTHER, "test"),
                SystemEpochClock.INSTANCE,
                SystemNanoClock.INSTANCE);
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        String prefix = "a1.sources.r1.selector.";
        written.forEach((key, value) -> values.put(key, new ConfigValue(prefix + key, value, Path.of("a.conf"), 1)));
        ConfigValue type = new ConfigValue(prefix + "type", "test", Path.of("a.conf"), 1);
        this.settings = new ComponentSettings(ComponentKind.SELECTOR, "r1", type, values);
        this.channels = List.of(channels);
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public Channel channel(String key, String name) {
        return SelectorChannels.find(settings, channels, key, name);
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return settings.binder().bind(type);
    }

    @Override
    public EpochClock epochClock() {
        return () -> nowMillis;
    }
}

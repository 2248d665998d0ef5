package io.headrace.engine.config;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ChannelSelector.Branch;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SelectorContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Makes a selector over channels that are known by name only, to find wrong names before anything is opened. */
final class SelectorCheck implements SelectorContext {
    private final ComponentSettings settings;
    private final String agent;
    private final List<Channel> channels;
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    private SelectorCheck(ComponentSettings settings, String agent, List<String> channels) {
        this.settings = settings;
        this.agent = agent;
        this.channels =
                channels.stream().map(name -> (Channel) new NamedChannel(name)).toList();
    }

    /**
     * What is found out about a selector.
     *
     * @param problems what is wrong with it
     * @param optional names of the channels that none of its branches requires
     * @param drops whether one of its branches has no channel
     */
    record Result(List<ConfigurationProblem> problems, Set<String> optional, boolean drops) {}

    static Result check(
            ComponentProvider.OfSelector provider, ComponentSettings settings, String agent, List<String> channels) {
        List<Branch> branches = new ArrayList<>();
        List<ConfigurationProblem> problems =
                make(provider, settings, agent, channels, selector -> branches.addAll(selector.branches()));
        if (!problems.isEmpty()) {
            return new Result(problems, Set.of(), false);
        }
        Set<String> optional = new LinkedHashSet<>(channels);
        branches.forEach(branch -> branch.required().forEach(channel -> optional.remove(channel.name())));
        boolean drops = branches.stream()
                .anyMatch(branch ->
                        branch.required().isEmpty() && branch.optional().isEmpty());
        return new Result(problems, Collections.unmodifiableSet(optional), drops);
    }

    private static List<ConfigurationProblem> make(
            ComponentProvider.OfSelector provider,
            ComponentSettings settings,
            String agent,
            List<String> channels,
            Consumer<ChannelSelector> look) {
        SelectorCheck context = new SelectorCheck(settings, agent, channels);
        try {
            look.accept(ContextLoader.make(settings.prefix() + "type", provider, () -> provider.create(context)));
        } catch (ConfigurationException e) {
            context.error(settings.type(), e.getMessage());
        } catch (Exception e) {
            String message = settings.type().key() + ": " + settings.type().value() + ": cannot be made, " + e
                    + " (expected: a selector that is made of names of channels)";
            context.error(settings.type(), message);
        }
        return context.problems;
    }

    private void error(ConfigValue place, String message) {
        problems.add(ConfigurationProblem.at(place, Severity.ERROR, settings.owner(), message));
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    /** A wrong name is told, and the selector goes on to the next. */
    @Override
    public Channel channel(String key, String name) {
        try {
            return SelectorChannels.find(settings, channels, key, name);
        } catch (ConfigurationException e) {
            error(settings.values().getOrDefault(key, settings.type()), e.getMessage());
            return new NamedChannel(name);
        }
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String agentName() {
        return agent;
    }

    @Override
    public <R extends Record> R settings(Class<R> type) {
        return settings.binder().bind(type);
    }

    @Override
    public MetricGroup metrics() {
        return new MetricGroup(GroupType.OTHER, settings.name());
    }

    @Override
    public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> factory) {
        throw onlyChecked();
    }

    @Override
    public EpochClock epochClock() {
        return System::currentTimeMillis;
    }

    @Override
    public NanoClock nanoClock() {
        return System::nanoTime;
    }

    @Override
    public long randomLong() {
        return 0;
    }

    @Override
    public void healthy(String detail) {
        throw onlyChecked();
    }

    @Override
    public void unhealthy(String reason) {
        throw onlyChecked();
    }

    @Override
    public void failed(Throwable cause) {
        throw onlyChecked();
    }

    private static IllegalStateException onlyChecked() {
        return new IllegalStateException("a selector that is only checked (expected: only names of channels are used)");
    }
}

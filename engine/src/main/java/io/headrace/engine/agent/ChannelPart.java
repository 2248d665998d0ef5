package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.LogDamagedException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel of an agent. After three failures in a row it stays closed: somebody has to look. */
final class ChannelPart extends Part {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelPart.class);
    private static final int MOST_FAILURES = 3;

    /** What hangs on a channel. */
    interface Dependents {
        void channelOpened(String channel);

        void channelClosing(String channel);
    }

    private final ComponentProvider.OfChannel provider;
    private final List<String> sinks;
    private final Dependents dependents;
    private volatile ManagedChannel channel;

    /** @param sinks of this channel, in order of configuration, which gives each its number */
    ChannelPart(ComponentSettings settings, PartEnvironment env, List<String> sinks, Dependents dependents) {
        super(settings, env, env.metrics().group(GroupType.CHANNEL, settings.name()));
        this.provider = env.options()
                .registry()
                .get(ComponentProvider.OfChannel.class, settings.type().value());
        this.sinks = sinks;
        this.dependents = dependents;
    }

    /** The channel as it is open now; null while it is not. */
    ManagedChannel channel() {
        return channel;
    }

    @Override
    void open(EngineContext.Reports reports) throws Exception {
        AgentOptions options = env.options();
        EngineContext context = new EngineContext(settings, env.agentName(), metrics, options, env.shared(), reports);
        ChannelSettings read = provider.settings(context);
        Consumer<Throwable> onFailure = reports::failed;
        ChannelEnvironment environment = new ChannelEnvironment(
                options.storage(),
                options.nanoClock(),
                options.epochClock(),
                options.random(),
                metrics,
                new ThreadDutyRunner(ChannelPart::daemon, read.waitStrategy()),
                onFailure);
        ManagedChannel opened = ChannelFactory.open(read, environment);
        channel = opened;
        sinks.forEach(opened::consumer);
        opened.start();
        LOG.info("{}: {}", title(), opened.guarantee().summary());
        if (read.policy() == ChannelPolicy.DISCARD && !sinks.isEmpty()) {
            LOG.warn("{}: it drops all events, so sinks {} get none (expected: no sink)", title(), sinks);
        }
        if (opened.recovery() != null) {
            LOG.info("{}: {}", title(), opened.recovery().summary());
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    void opened() {
        dependents.channelOpened(settings.name());
    }

    @Override
    void closing() {
        dependents.channelClosing(settings.name());
    }

    @Override
    void close(boolean orderly) {
        ManagedChannel open = channel;
        channel = null;
        if (open == null) {
            return;
        }
        try {
            if (orderly) {
                long dropped = open.stop(0);
                if (dropped > 0) {
                    LOG.warn("{}: {} events could be neither delivered nor kept, they are lost", title(), dropped);
                }
            } else {
                open.close();
            }
        } catch (Throwable t) {
            threwAtStop(t);
        }
    }

    @Override
    String missing() {
        return null;
    }

    @Override
    int mostFailures() {
        return MOST_FAILURES;
    }

    @Override
    boolean isFinal(Throwable failure) {
        return failure instanceof LogDamagedException || failure instanceof ConfigurationException;
    }
}

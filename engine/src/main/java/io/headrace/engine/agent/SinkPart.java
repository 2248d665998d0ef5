package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.group.GroupMember;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.SinkCounters;
import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.util.function.Function;

/** A sink of an agent; its delivery runs on a thread of the agent or, if asynchronous, on its own. */
final class SinkPart extends Part {
    private static final long END_AFTER_STOP_MILLIS = 1_000;

    private final SinkConfiguration configuration;
    private final Function<String, ManagedChannel> channels;

    /** Null outside of groups. */
    private final GroupMember member;

    private Sink sink;
    private SinkRunner runner;
    private ClassLoader loader;

    /** @param member what the sink is in a group, or null */
    SinkPart(
            SinkConfiguration configuration,
            PartEnvironment env,
            Function<String, ManagedChannel> channels,
            GroupMember member) {
        super(
                configuration.settings(),
                env,
                env.metrics().group(GroupType.SINK, configuration.settings().name()));
        this.configuration = configuration;
        this.channels = channels;
        this.member = member;
        // Who watches finds every counter of Flume's from the start, also those that this component never moves.
        new SinkCounters(metrics);
    }

    boolean uses(String channel) {
        return configuration.channel().equals(channel);
    }

    @Override
    String missing() {
        return channels.apply(configuration.channel()) == null ? "channel " + configuration.channel() : null;
    }

    @Override
    void open(EngineContext.Reports toPart) throws Exception {
        ManagedChannel channel = channels.apply(configuration.channel());
        ChannelConsumer consumer = member == null
                ? channel.consumer(settings.name(), configuration.cursor())
                : member.join(channel, name -> channel.consumer(name, configuration.cursor()));
        EngineContext.Reports reports = member == null ? toPart : new GroupReports(toPart, member);
        ComponentProvider.OfSink provider = env.options()
                .registry()
                .get(ComponentProvider.OfSink.class, settings.type().value());
        loader = ContextLoader.of(provider);
        sink = ContextLoader.make("type", provider, () -> provider.create(new OfSink(this, reports, consumer)));
        ContextLoader.call(loader, () -> {
            sink.start();
            if (sink instanceof BatchSink batch) {
                runner = new SinkRunner(
                        settings.name(), batch, consumer, new SinkCounters(metrics), reports, reports::failed);
                runner.start();
            }
            return null;
        });
    }

    @Override
    void requestStop() {
        if (runner != null) {
            runner.requestStop();
        }
    }

    @Override
    void close(boolean orderly) {
        closeSink();
        if (member != null) {
            Throwable why = lastFailure();
            member.leave(why == null ? "it is stopped" : Failures.describe(why));
        }
    }

    private void closeSink() {
        SinkRunner delivering = runner;
        Sink open = sink;
        runner = null;
        sink = null;
        boolean ended = true;
        try {
            if (delivering != null) {
                delivering.requestStop();
                ended = delivering.awaitEnd(env.stopMillis());
            }
            if (open != null) {
                stopWithin(loader, open::stop);
            }
            // A delivery that hung may end when the sink's connections and files are gone.
            if (!ended && !delivering.awaitEnd(Math.min(END_AFTER_STOP_MILLIS, env.stopMillis()))) {
                // What it still delivers would be delivered twice, and its end would take the wake-ups from another
                // life.
                linger(delivering::isAlive);
                threwAtStop(new IllegalStateException(
                        "its thread still delivers (expected: an end within " + env.stopMillis() + " ms)"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            threwAtStop(e);
        } catch (Throwable t) {
            threwAtStop(t);
        }
    }

    /** The group hears what the agent hears. */
    private record GroupReports(EngineContext.Reports toPart, GroupMember member) implements EngineContext.Reports {
        @Override
        public void healthy(String detail) {
            toPart.healthy(detail);
            member.well();
        }

        @Override
        public void unhealthy(String reason) {
            toPart.unhealthy(reason);
            member.trouble(reason);
        }

        @Override
        public void failed(Throwable cause) {
            member.trouble(Failures.describe(cause));
            toPart.failed(cause);
        }
    }

    private static final class OfSink extends EngineContext implements SinkContext {
        private final ChannelConsumer consumer;

        OfSink(SinkPart part, Reports reports, ChannelConsumer consumer) {
            super(part.settings, part.env.agentName(), part.metrics, part.env.options(), part.env.shared(), reports);
            this.consumer = consumer;
        }

        @Override
        public ChannelConsumer consumer() {
            return consumer;
        }
    }
}

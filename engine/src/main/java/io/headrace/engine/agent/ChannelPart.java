package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.metrics.ChannelCounters;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.wal.ForeignFolderException;
import io.headrace.wal.LogDamagedException;
import io.headrace.wal.LogVersionException;
import io.headrace.wal.RecoveryReport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel of an agent. After three failures in a row it stays closed: somebody has to look. */
final class ChannelPart extends Part {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelPart.class);
    private static final int MOST_FAILURES = 3;
    private static final long LOOK_MILLIS = 500;

    /** Counted in looks, so that time in which the whole machine stood still is none. */
    private static final int STALL_LOOKS = 10;

    /** What hangs on a channel. */
    interface Dependents {
        void channelOpened(String channel);

        void channelClosing(String channel);
    }

    private final ComponentProvider.OfChannel provider;
    private final List<SinkConfiguration> sinks;
    private final Dependents dependents;
    private volatile ManagedChannel channel;
    private EngineContext.Reports said;
    private ScheduledFuture<?> watch;
    private boolean waits;
    private long acknowledged;
    private int looksWithoutMove;

    /** @param sinks of this channel, in order of configuration, which gives each its number */
    ChannelPart(ComponentSettings settings, PartEnvironment env, List<SinkConfiguration> sinks, Dependents dependents) {
        super(settings, env, env.metrics().group(GroupType.CHANNEL, settings.name()));
        this.provider = env.options()
                .registry()
                .get(ComponentProvider.OfChannel.class, settings.type().value());
        this.sinks = sinks;
        this.dependents = dependents;
        ChannelCounters.declare(metrics);
    }

    /** The channel as it is open now; null while it is not. */
    ManagedChannel channel() {
        return channel;
    }

    /** Whether there is, or may come, something for sinks; not while only a full disk keeps the rest from them. */
    boolean mayBeLeased() {
        ManagedChannel open = channel;
        return open != null && (open.waitingFor() == null || open.lowWater() < open.acknowledged());
    }

    @Override
    void open(EngineContext.Reports reports) throws Exception {
        said = reports;
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
        for (SinkConfiguration sink : sinks) {
            opened.consumer(sink.settings().name(), sink.cursor());
        }
        opened.start();
        LOG.info("{}: {}", title(), opened.guarantee().summary());
        if (read.policy() == ChannelPolicy.DISCARD && !sinks.isEmpty()) {
            LOG.warn(
                    "{}: it drops all events, so sinks {} get none (expected: no sink)",
                    title(),
                    sinks.stream().map(sink -> sink.settings().name()).toList());
        }
        if (opened.recovery() != null) {
            tell(opened.recovery());
        }
        opened.cursorNotes().forEach(note -> LOG.info("{}: {}", title(), note));
    }

    /** A bad slot harms nothing while the other one holds; a second one would. */
    private void tell(RecoveryReport recovery) {
        if (recovery.slotFault() == null) {
            LOG.info("{}: {}", title(), recovery.summary());
            return;
        }
        metrics.counter(ChannelCounters.SLOT_ERRORS).increment();
        LOG.warn("{}: {}", title(), recovery.summary());
        env.health()
                .remark(
                        title(),
                        "one of the two slots of its checkpoint was bad when it was opened, the other one was used and both are"
                                + " written anew; without a crash before, look after the disk: "
                                + recovery.slotFault());
    }

    /** A full disk keeps a channel from opening as often as that is tried; a write that fails of one counts. */
    @Override
    void failedWith(Throwable failure) {
        if (failure instanceof IOException && !isFinal(failure) && (channel != null || !mayPass(failure))) {
            metrics.counter(ChannelCounters.LOG_ERRORS).increment();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    void opened() {
        waits = false;
        looksWithoutMove = 0;
        watch = env.supervisor()
                .scheduleWithFixedDelay(guarded(this::look), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        dependents.channelOpened(settings.name());
    }

    /** A full disk is nobody's failure: sources wait, and somebody should know why. */
    private void look() {
        ManagedChannel open = channel;
        String reason = open == null ? null : open.waitingFor();
        if (reason != null) {
            said.unhealthy("its log takes no more until there is room: " + reason);
        } else if (open != null && isStalled(open)) {
            reason = "a write or a sync of its log has not returned for " + STALL_LOOKS * LOOK_MILLIS / 1000
                    + " s, what is put waits for it (expected: a disk that answers or fails)";
            if (!waits) {
                LOG.warn("{}: {}", title(), reason);
                metrics.counter(ChannelCounters.LOG_STALLS).increment();
            }
            said.unhealthy(reason);
        } else if (waits) {
            said.healthy("");
        }
        waits = reason != null;
    }

    /** A disk that neither answers nor fails holds up all that is put, without an error. */
    private boolean isStalled(ManagedChannel open) {
        long now = open.acknowledged();
        boolean moves = now != acknowledged || !open.hasUnacknowledged() || open.recovery() == null;
        acknowledged = now;
        looksWithoutMove = moves ? 0 : looksWithoutMove + 1;
        return looksWithoutMove >= STALL_LOOKS;
    }

    @Override
    void closing() {
        if (watch != null) {
            watch.cancel(false);
            watch = null;
        }
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
                if (open.failure() != null) {
                    LOG.warn(
                            "{}: stopped as by a kill, what the log has not got is left to sources that read again: {}",
                            title(),
                            Failures.describe(open.failure()));
                }
                if (dropped > 0) {
                    LOG.warn(
                            "{}: {} events could be neither delivered nor kept, they are lost unless the source can read"
                                    + " them again",
                            title(),
                            dropped);
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
    boolean mayPass(Throwable failure) {
        return Failures.mayPass(failure);
    }

    @Override
    boolean isFinal(Throwable failure) {
        return failure instanceof LogDamagedException
                || failure instanceof LogVersionException
                || failure instanceof ForeignFolderException
                || failure instanceof ConfigurationException;
    }

    @Override
    RuntimeException refusal(Throwable failure) {
        if (failure instanceof ForeignFolderException) {
            return settings.located(new ConfigurationException("dataDirs: " + failure.getMessage(), failure));
        }
        if (failure instanceof LogDamagedException || failure instanceof LogVersionException) {
            return new AgentFailedException(title() + ": " + failure.getMessage(), failure);
        }
        return super.refusal(failure);
    }
}

package io.headrace.engine.agent;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.AgentConfiguration.SinkConfiguration;
import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.group.GroupMember;
import io.headrace.engine.metrics.MetricRegistry;
import io.headrace.frame.FramePool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent: channels, sinks and sources of a configuration, kept alive. A component that fails is stopped and a new one
 * started with back-off while the others run on; what hangs on a failed channel waits until it is open again.
 *
 * <p>{@link #start}, {@link #stop} and {@link #stopNow} may be called by any thread and take effect once.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final long DRAIN_CHECK_MILLIS = 20;
    private static final long STOP_MILLIS = 10_000;

    /** Memory of frames that nobody wanted for so long goes back. */
    private static final long TRIM_SECONDS = 10;

    private final AgentConfiguration configuration;
    private final AgentOptions options;
    private final MetricRegistry metrics;
    private final Health health;
    private final PartEnvironment env;
    private final ScheduledExecutorService supervisor;
    private final Map<String, ChannelPart> channels = new LinkedHashMap<>();
    private final List<SinkGroupPart> groups = new ArrayList<>();
    private final List<SinkPart> sinks = new ArrayList<>();
    private final List<SourcePart> sources = new ArrayList<>();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final Draining drained = new Draining();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private boolean begun;
    private boolean stopping;

    /** Whether everything was started once; written by the supervisor's thread. */
    private volatile boolean started;

    private volatile boolean hurry;

    private Agent(AgentConfiguration configuration, AgentOptions options, long stopMillis) {
        this.configuration = configuration;
        this.options = options;
        this.metrics = new MetricRegistry(configuration.name());
        this.health = new Health(configuration.name());
        this.supervisor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "agent-" + configuration.name());
            thread.setDaemon(true);
            return thread;
        });
        this.env = new PartEnvironment(
                configuration.name(),
                options,
                metrics,
                health,
                new SharedResources(),
                supervisor,
                stopMillis,
                this::fail);
        for (ComponentSettings channel : configuration.channels()) {
            List<SinkConfiguration> itsSinks = configuration.sinks().stream()
                    .filter(sink -> sink.channel().equals(channel.name()))
                    .toList();
            channels.put(channel.name(), new ChannelPart(channel, env, itsSinks, new Dependents()));
        }
        for (SourceConfiguration source : configuration.sources()) {
            sources.add(new SourcePart(source, env, this::open));
        }
        configuration.groups().forEach(group -> groups.add(new SinkGroupPart(group, env)));
        for (SinkConfiguration sink : configuration.sinks()) {
            sinks.add(
                    new SinkPart(sink, env, this::open, memberOf(sink.settings().name())));
        }
    }

    private GroupMember memberOf(String sink) {
        return groups.stream()
                .map(group -> group.member(sink))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** An agent that is not started yet; nothing is opened. */
    public static Agent create(AgentConfiguration configuration, AgentOptions options) {
        return new Agent(configuration, options, STOP_MILLIS);
    }

    /** As above, with another bound for the stop of a source or sink. */
    static Agent create(AgentConfiguration configuration, AgentOptions options, long stopMillis) {
        return new Agent(configuration, options, stopMillis);
    }

    /**
     * Starts channels, then sinks, then sources. A component that cannot start, for example because a port is taken, is
     * tried again in the background and shown by {@link #health()}; one that takes long is not waited for.
     *
     * @throws ConfigurationException when a component refuses its settings; everything is stopped again
     * @throws AgentFailedException when a log is damaged; everything is stopped again, the log is as it was
     */
    public void start() {
        LOG.info("agent {}: settings in use{}", configuration.name(), settings());
        Future<?> starting;
        synchronized (this) {
            if (begun || stopping) {
                throw new IllegalStateException(
                        "agent " + configuration.name() + ": started or stopped before (expected: once)");
            }
            begun = true;
            // Under the lock: a stop that comes now stands behind it, and does not find a supervisor that is gone.
            starting = supervisor.submit(this::startParts);
        }
        try {
            starting.get();
        } catch (ExecutionException e) {
            stopNow();
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the agent started", e);
        }
    }

    /** Stops sources, lets sinks take what is left for the time in the options, stops sinks, then channels; waits. */
    public void stop() {
        requestStop();
        awaitTermination();
    }

    /** As {@link #stop}, without draining; also cuts the draining of a stop under way short. */
    public void stopNow() {
        hurry = true;
        stop();
    }

    /**
     * Why the agent stopped by itself, or was never started: a {@link ConfigurationException}, or an {@link
     * AgentFailedException} for a damaged log or an error of the virtual machine; null otherwise. Known when {@link
     * #awaitTermination} returns.
     */
    public RuntimeException failure() {
        return failure.get();
    }

    /** A reason for which nothing of the agent can go on; the first one stays. Any thread. */
    private void fail(RuntimeException cause) {
        if (failure.compareAndSet(null, cause)) {
            if (started) {
                LOG.error("agent {}: stops: {}", configuration.name(), cause.getMessage());
            }
            requestStop();
        }
    }

    /** Hands on an error that no component reported, for example of a thread that nobody supervises. Any thread. */
    public void failed(Error error) {
        if (Failures.isOfMachine(error)) {
            fail(new AgentFailedException(Failures.describe(error), error));
        }
    }

    /** Begins to stop as {@link #stop} does and returns. */
    public void requestStop() {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            supervisor.execute(() -> orStopRest(this::stopSources));
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Waits until the agent is stopped. */
    public void awaitTermination() {
        boolean interrupted = false;
        while (true) {
            try {
                terminated.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until the agent is stopped.
     *
     * @return whether it is
     */
    public boolean awaitTermination(Duration longest) throws InterruptedException {
        return terminated.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    public AgentConfiguration configuration() {
        return configuration;
    }

    public MetricRegistry metrics() {
        return metrics;
    }

    public Health health() {
        return health;
    }

    /** A channel by name as it is open now; null when there is none of that name or it is closed. */
    public Channel channel(String name) {
        return open(name);
    }

    private ManagedChannel open(String name) {
        ChannelPart part = channels.get(name);
        return part == null ? null : part.channel();
    }

    /** What hangs on channels goes with them; on the supervisor's thread. */
    private final class Dependents implements ChannelPart.Dependents {
        @Override
        public void channelOpened(String channel) {
            if (started) {
                sinks.stream().filter(sink -> sink.uses(channel)).forEach(Part::start);
                if (!isStopping()) {
                    sources.stream().filter(source -> source.uses(channel)).forEach(source -> start(source, channel));
                }
            }
        }

        /** One that did without the channel begins anew, with it. */
        private void start(SourcePart source, String channel) {
            if (source.isRunning() && source.doesWithout(channel)) {
                LOG.info("{}: starts again, its optional channel {} is open", source.title(), channel);
                source.halt(true);
            }
            source.start();
        }

        /** Sources for which it is optional go on: what is closed takes nothing. */
        @Override
        public void channelClosing(String channel) {
            List<SourcePart> halted =
                    sources.stream().filter(source -> source.endsWith(channel)).toList();
            halted.forEach(Part::requestStop);
            halted.forEach(source -> source.halt(false));
            sinks.stream().filter(sink -> sink.uses(channel)).forEach(sink -> sink.halt(false));
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private void startParts() {
        groups.forEach(SinkGroupPart::open);
        channels.values().forEach(this::startFirst);
        sinks.forEach(this::startFirst);
        groups.forEach(SinkGroupPart::start);
        sources.forEach(this::startFirst);
        supervisor.scheduleWithFixedDelay(FramePool.shared()::trim, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        started = true;
        synchronized (this) {
            if (!stopping) {
                health.phase(Health.Phase.RUNNING);
            }
        }
    }

    private void startFirst(Part part) {
        if (!isStopping()) {
            part.start();
        }
        RuntimeException refused = failure.get();
        if (refused != null) {
            throw refused;
        }
    }

    /** A step of the stop that throws must not leave the rest running, nor whoever waits for the end waiting. */
    private void orStopRest(Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            stopFailed(t);
            stopRest();
        }
    }

    private void stopSources() {
        health.phase(Health.Phase.DRAINING);
        stopAll(sources);
        drained.begin(channels.values());
        LOG.info(
                "agent {}: stops, sinks have up to {} s for {} events",
                configuration.name(),
                options.drain().toSeconds(),
                drained.left());
        long deadline = options.nanoClock().nanoTime() + options.drain().toNanos();
        drain(deadline);
    }

    private void drain(long deadlineNanos) {
        boolean timeLeft = deadlineNanos - options.nanoClock().nanoTime() > 0;
        if (!hurry && timeLeft && channels.values().stream().anyMatch(this::drains)) {
            supervisor.schedule(
                    () -> orStopRest(() -> drain(deadlineNanos)), DRAIN_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            stopRest();
        }
    }

    private boolean drains(ChannelPart part) {
        Channel channel = part.channel();
        return channel != null
                && channel.failure() == null
                && channel.size() > 0
                && part.mayBeLeased()
                && sinks.stream().anyMatch(sink -> sink.uses(part.settings.name()) && sink.isRunning());
    }

    private void stopRest() {
        try {
            groups.forEach(group -> whatever(group::requestStop));
            whatever(() -> stopAll(sinks));
            groups.forEach(group -> whatever(group::stop));
            whatever(() -> drained.end(channels.values()));
            channels.values().forEach(channel -> whatever(() -> channel.stop(true)));
            whatever(() -> env.shared().close(this::stopFailed));
        } finally {
            health.phase(Health.Phase.STOPPED);
            supervisor.shutdown();
            LOG.info("agent {}: stopped", configuration.name());
            terminated.countDown();
        }
    }

    /** The other steps are done whatever this one throws. */
    private void whatever(Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            stopFailed(t);
        }
    }

    private void stopFailed(Throwable thrown) {
        LOG.warn("agent {}: while it stopped: {}", configuration.name(), Failures.describe(thrown));
        LOG.debug("agent {}: where that was", configuration.name(), thrown);
        if (Failures.isOfMachine(thrown)) {
            failure.compareAndSet(null, new AgentFailedException(Failures.describe(thrown), thrown));
        }
        options.errorHandler().accept(thrown);
    }

    /** Stops parts side by side, so that however many hang, they take the time of one. */
    private static void stopAll(List<? extends Part> parts) {
        parts.forEach(Part::requestStop);
        List<Thread> threads = new ArrayList<>();
        for (Part part : parts) {
            Thread thread = new Thread(() -> part.stop(true), "stop-" + part.settings.name());
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        threads.forEach(Agent::join);
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String settings() {
        StringBuilder out = new StringBuilder();
        configuration
                .effective()
                .forEach((key, value) ->
                        out.append("\n  ").append(key).append(" = ").append(value));
        return out.toString();
    }
}

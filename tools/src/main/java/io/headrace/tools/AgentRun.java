package io.headrace.tools;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent from its start to the signal that stops it. A class of its own, so that logging is set up first. */
final class AgentRun {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);

    /** How long an agent that failed may take to stop, beyond the time its sinks have. */
    private static final Duration FAILED_STOP = Duration.ofSeconds(60);

    private final AgentConfiguration configuration;
    private final AgentOptions options;
    private final Monitoring monitoring;

    /** @param monitoring null for none */
    AgentRun(AgentConfiguration configuration, ComponentRegistry registry, Duration drain, Monitoring monitoring) {
        this.configuration = configuration;
        this.options = AgentOptions.defaults().withRegistry(registry).withDrain(drain);
        this.monitoring = monitoring;
    }

    /**
     * Returns when the agent has stopped in order, because it was told to.
     *
     * @param withParent whether the process ends at once when its standard input does
     * @throws RuntimeException that of {@link Agent#failure()}, when the agent stopped by itself
     */
    void run(boolean withParent) {
        options.registry().plugIns().all().forEach(plugIn -> LOG.info("{} is there", plugIn));
        Agent agent = Agent.create(configuration, options);
        FailedStopWatch stopWatch = new FailedStopWatch(
                () -> agent.failure() != null, options.drain().plus(FAILED_STOP), AgentRun::halt);
        // Closed in this order: the watch is there until the agent has stopped.
        try (stopWatch;
                agent) {
            stopWatch.start();
            StopSignals signals = StopSignals.handle(agent::requestStop);
            Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> died(agent, thread, thrown));
            if (withParent) {
                endWithStandardInput();
            }
            if (monitoring == null) {
                runUntilStopped(agent, signals);
            } else {
                try (MonitoringEndpoint endpoint =
                        new MonitoringEndpoint(configuration.name(), monitoring, new AgentPages(agent, monitoring))) {
                    endpoint.open();
                    runUntilStopped(agent, signals);
                }
            }
        }
    }

    private static void died(Agent agent, Thread thread, Throwable thrown) {
        try {
            LOG.error("thread {} died", thread.getName(), thrown);
            if (thrown instanceof Error error) {
                agent.failed(error);
            }
        } catch (VirtualMachineError again) {
            // Not even enough memory to say so, or to begin to stop.
            halt();
        }
    }

    private static void halt() {
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    private void runUntilStopped(Agent agent, StopSignals signals) {
        try {
            agent.start();
        } catch (IllegalStateException failure) {
            // A signal that comes before the start leaves nothing to be started.
            if (!signals.isAsked()) {
                throw failure;
            }
        }
        agent.awaitTermination();
        RuntimeException failure = agent.failure();
        if (failure != null) {
            throw failure;
        }
    }

    private static void endWithStandardInput() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException failure) {
                        LOG.warn("standard input cannot be read", failure);
                    }
                    Runtime.getRuntime().halt(ExitCode.FAILED);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}

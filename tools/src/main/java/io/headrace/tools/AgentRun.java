package io.headrace.tools;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.transport.EventLoops;
import io.headrace.transport.http.HttpEndpoint;
import io.headrace.transport.http.HttpSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent from its start to the signal that stops it. A class of its own, so that logging is set up first. */
final class AgentRun {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);

    private final AgentConfiguration configuration;
    private final AgentOptions options;
    private final String bind;
    private final int port;

    /** @param port of the HTTP endpoint, -1 for none */
    AgentRun(AgentConfiguration configuration, ComponentRegistry registry, Duration drain, String bind, int port) {
        this.configuration = configuration;
        this.options = AgentOptions.defaults().withRegistry(registry).withDrain(drain);
        this.bind = bind;
        this.port = port;
    }

    /**
     * Returns when the agent has stopped in order.
     *
     * @param withParent whether the process ends at once when its standard input does
     */
    void run(boolean withParent) throws Exception {
        options.registry().plugIns().all().forEach(plugIn -> LOG.info("{} is there", plugIn));
        try (Agent agent = Agent.create(configuration, options)) {
            StopSignals signals = StopSignals.handle(agent::requestStop);
            if (withParent) {
                endWithStandardInput();
            }
            if (port < 0) {
                runUntilStopped(agent, signals);
            } else {
                runWithEndpoint(agent, signals);
            }
        }
    }

    /** The endpoint has a loop of its own, since it answers until the agent and its loops are gone. */
    private void runWithEndpoint(Agent agent, StopSignals signals) throws Exception {
        try (EventLoops loops = new EventLoops(1);
                HttpEndpoint endpoint = new HttpEndpoint(loops, new AgentPages(agent))) {
            InetSocketAddress address = endpoint.start(new HttpSettings(bind, port));
            LOG.info(
                    "agent {}: metrics and health on http://{}:{}",
                    configuration.name(),
                    address.getHostString(),
                    address.getPort());
            runUntilStopped(agent, signals);
        }
    }

    private static void runUntilStopped(Agent agent, StopSignals signals) {
        try {
            agent.start();
        } catch (IllegalStateException failure) {
            // A signal that comes before the start leaves nothing to be started.
            if (!signals.isAsked()) {
                throw failure;
            }
        }
        agent.awaitTermination();
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

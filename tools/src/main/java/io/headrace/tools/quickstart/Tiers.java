package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.tools.Progress;
import io.headrace.tools.quickstart.QuickstartOptions.Victim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The agent and the collector as processes. Owned by one thread, but for {@link #killForGood}. */
final class Tiers {
    private static final long START_TIMEOUT_NANOS = 60_000_000_000L;
    private static final long POLL_NANOS = 10_000_000L;
    private static final long STOP_SECONDS = 30;
    private static final int TAIL_LINES = 12;

    private final AgentProcess agent;
    private final AgentProcess collector;

    Tiers(AgentProcess agent, AgentProcess collector) {
        this.agent = agent;
        this.collector = collector;
    }

    AgentProcess agent() {
        return agent;
    }

    AgentProcess collector() {
        return collector;
    }

    /** Starts the collector and waits until it can receive. */
    void startCollector(Progress progress) throws IOException, InterruptedException {
        collector.start();
        AgentEndpoint endpoint = new AgentEndpoint(collector.metricsPort());
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        while (!endpoint.isHealthy()) {
            requireAlive(progress);
            if (System.nanoTime() - deadline > 0) {
                explain(progress);
                throw new CommandException(
                        ExitCode.FAILED, "collector: not ready after " + START_TIMEOUT_NANOS / 1_000_000_000L + " s");
            }
            pause();
        }
    }

    /** Fails when a process has ended that nobody killed. */
    void requireAlive(Progress progress) throws IOException {
        for (AgentProcess process : List.of(collector, agent)) {
            if (process.hasEnded()) {
                if (process.isToEnd()) {
                    throw new IOException(process.name() + ": ended, the run is being stopped");
                }
                explain(progress);
                throw new CommandException(
                        ExitCode.FAILED,
                        process.name() + ": ended by itself with exit code " + process.exitCode()
                                + " (expected: to run until it is stopped)");
            }
        }
    }

    /** SIGKILL to the victims, both at once; returns when they are gone. */
    void kill(Victim victim) throws InterruptedException {
        List<AgentProcess> victims = new ArrayList<>();
        if (victim.isCollector()) {
            victims.add(collector);
        }
        if (victim.isAgent()) {
            victims.add(agent);
        }
        victims.forEach(AgentProcess::measureMemory);
        victims.forEach(AgentProcess::sendKill);
        for (AgentProcess process : victims) {
            process.awaitEnd();
        }
    }

    void restart(Victim victim) throws IOException {
        if (victim.isCollector()) {
            collector.start();
        }
        if (victim.isAgent()) {
            agent.start();
        }
    }

    void measureMemory() {
        agent.measureMemory();
        collector.measureMemory();
    }

    /** The times of the agent's present life. For any thread. */
    AckLatency ackLatency() {
        if (!agent.isAlive()) {
            return AckLatency.UNKNOWN;
        }
        try {
            return AckLatency.of(new AgentEndpoint(agent.metricsPort()).metrics());
        } catch (IOException unreachable) {
            return AckLatency.UNKNOWN;
        }
    }

    /** SIGTERM to the agent, then to the collector; what they have is delivered first. Returns what went wrong. */
    List<String> stop() throws InterruptedException {
        List<String> remarks = new ArrayList<>();
        for (AgentProcess process : List.of(agent, collector)) {
            if (process.isAlive() && !process.stop(STOP_SECONDS)) {
                remarks.add(process.name() + " did not stop within " + STOP_SECONDS + " s and was killed");
            }
        }
        return remarks;
    }

    /** Kills what lives and lets nothing start again. For any thread. */
    void killForGood() {
        agent.killForGood();
        collector.killForGood();
    }

    /** Shows the ends of both logs and what the processes say of their health. */
    void explain(Progress progress) throws IOException {
        for (AgentProcess process : List.of(collector, agent)) {
            String health = process.isAlive()
                    ? new AgentEndpoint(process.metricsPort()).health().strip()
                    : "not running";
            progress.note(process.name() + ": health: " + health);
            for (String line : process.logTail(TAIL_LINES)) {
                progress.note("  " + line);
            }
        }
    }

    static void pause() throws InterruptedException {
        LockSupport.parkNanos(POLL_NANOS);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted");
        }
    }
}

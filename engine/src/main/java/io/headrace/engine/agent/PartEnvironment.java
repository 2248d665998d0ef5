package io.headrace.engine.agent;

import io.headrace.engine.metrics.MetricRegistry;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * What the parts of one agent share. Tasks of {@code supervisor} run one at a time.
 *
 * @param stopMillis how long the start of one component, or the stop of one source or sink, is waited for
 * @param stopper given the reason for which the whole agent has to stop; on any thread
 */
record PartEnvironment(
        String agentName,
        AgentOptions options,
        MetricRegistry metrics,
        Health health,
        SharedResources shared,
        ScheduledExecutorService supervisor,
        long stopMillis,
        Consumer<RuntimeException> stopper) {}

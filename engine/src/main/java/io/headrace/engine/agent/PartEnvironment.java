package io.headrace.engine.agent;

import io.headrace.engine.metrics.MetricRegistry;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the parts of one agent share. Tasks of {@code supervisor} run one at a time.
 *
 * @param stopMillis how long the stop of one source or sink may take
 */
record PartEnvironment(
        String agentName,
        AgentOptions options,
        MetricRegistry metrics,
        Health health,
        SharedResources shared,
        ScheduledExecutorService supervisor,
        long stopMillis) {}

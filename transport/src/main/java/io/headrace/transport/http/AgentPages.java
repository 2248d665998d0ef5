package io.headrace.transport.http;

import io.headrace.engine.agent.Health;
import io.headrace.engine.metrics.MetricRegistry;
import io.headrace.engine.metrics.MetricsJson;
import io.headrace.engine.metrics.PrometheusText;
import java.util.List;

/** The pages of an agent. Safe for any thread. */
public final class AgentPages implements HttpPages {
    private final MetricRegistry metrics;
    private final Health health;

    public AgentPages(MetricRegistry metrics, Health health) {
        this.metrics = metrics;
        this.health = health;
    }

    @Override
    public String agentName() {
        return metrics.agentName();
    }

    @Override
    public String metrics() {
        return MetricsJson.flat(metrics);
    }

    @Override
    public String nestedMetrics() {
        return MetricsJson.nested(metrics);
    }

    @Override
    public String prometheus() {
        return PrometheusText.render(metrics);
    }

    @Override
    public List<String> unhealthyReasons() {
        return health.reasons();
    }

    @Override
    public String health() {
        return health.toJson();
    }
}

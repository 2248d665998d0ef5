package io.headrace.tools;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.Health;
import io.headrace.engine.metrics.MetricsJson;
import io.headrace.engine.metrics.PrometheusText;
import io.headrace.transport.http.HttpPages;

/** Shows an agent's metrics and health over HTTP. Safe for any thread. */
final class AgentPages implements HttpPages {
    private final Agent agent;
    private final boolean nested;

    AgentPages(Agent agent, Monitoring monitoring) {
        this.agent = agent;
        this.nested = monitoring.nested();
    }

    @Override
    public boolean isNestedByDefault() {
        return nested;
    }

    @Override
    public String metrics() {
        return MetricsJson.flat(agent.metrics());
    }

    @Override
    public String nestedMetrics() {
        return MetricsJson.nested(agent.metrics());
    }

    @Override
    public String prometheus() {
        return PrometheusText.render(agent.metrics());
    }

    @Override
    public HealthPage health() {
        Health health = agent.health();
        synchronized (health) {
            return new HealthPage(health.isHealthy(), health.toJson());
        }
    }

    @Override
    public String agentName() {
        return agent.configuration().name();
    }
}

package io.headrace.transport.net;

import io.headrace.engine.spi.ComponentContext;
import io.headrace.transport.link.LinkHealth;

/** The health of a component as its agent sees it. */
public record ContextHealth(ComponentContext context) implements LinkHealth {
    @Override
    public void healthy(String detail) {
        context.healthy(detail);
    }

    @Override
    public void unhealthy(String reason) {
        context.unhealthy(reason);
    }
}

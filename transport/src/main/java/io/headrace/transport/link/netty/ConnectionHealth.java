package io.headrace.transport.link.netty;

import io.headrace.engine.spi.SinkContext;
import io.headrace.transport.link.LinkHealth;

/** The health of a sink with several connections: well when all of them are. Used on the sink's event loop. */
final class ConnectionHealth {
    private final SinkContext context;
    private final String[] troubles;

    ConnectionHealth(SinkContext context, int connections) {
        this.context = context;
        this.troubles = new String[connections];
    }

    LinkHealth of(int connection) {
        return new LinkHealth() {
            @Override
            public void healthy(String detail) {
                troubles[connection] = null;
                tell(detail);
            }

            @Override
            public void unhealthy(String reason) {
                troubles[connection] = reason;
                tell(reason);
            }
        };
    }

    private void tell(String said) {
        for (int i = 0; i < troubles.length; i++) {
            if (troubles[i] != null) {
                context.unhealthy(
                        troubles.length == 1
                                ? troubles[i]
                                : "connection " + (i + 1) + " of " + troubles.length + ": " + troubles[i]);
                return;
            }
        }
        context.healthy(said);
    }
}

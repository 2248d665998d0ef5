package io.headrace.engine.group;

import io.headrace.engine.spi.SinkProcessor;
import java.util.Map;

class RandomBalanceTest extends SinkGroupContract {
    @Override
    Map<String, String> settings() {
        return Map.of("selector", "random");
    }

    @Override
    SinkProcessor processor(GroupContext context) {
        return new LoadBalanceProcessor(context);
    }
}

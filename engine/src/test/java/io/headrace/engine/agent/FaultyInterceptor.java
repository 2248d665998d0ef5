package io.headrace.engine.agent;

import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Throws once what it is given. */
final class FaultyInterceptor implements ComponentProvider.OfInterceptor {
    final AtomicReference<RuntimeException> next = new AtomicReference<>();

    @Override
    public String alias() {
        return "faulty";
    }

    @Override
    public Class<? extends Record> settingsType() {
        return ManualSource.Settings.class;
    }

    @Override
    public String summary() {
        return "faulty";
    }

    @Override
    public Interceptor create(ComponentContext context) {
        return new Interceptor() {
            @Override
            public boolean looksAtEvents() {
                return false;
            }

            @Override
            public void interceptShared(Map<String, String> headers) {
                RuntimeException thrown = next.getAndSet(null);
                if (thrown != null) {
                    throw thrown;
                }
                headers.put("seen", "yes");
            }

            @Override
            public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
                return body;
            }
        };
    }
}

package io.headrace.engine.interceptor;

import io.headrace.engine.spi.Interceptor;
import java.util.Map;

/** Sets one header, the same way for a whole frame and for a single event. Safe for any thread. */
abstract class HeaderInterceptor implements Interceptor {
    private final String header;
    private final boolean preserveExisting;

    HeaderInterceptor(String header, boolean preserveExisting) {
        this.header = header;
        this.preserveExisting = preserveExisting;
    }

    /** The header's value now. */
    abstract String value();

    @Override
    public final void interceptShared(Map<String, String> headers) {
        if (!preserveExisting || !headers.containsKey(header)) {
            headers.put(header, value());
        }
    }

    /** A header of an event's own would win over the shared one, so such events are looked at. */
    @Override
    public final boolean looksAtEvents() {
        return true;
    }

    @Override
    public final byte[] interceptEvent(Map<String, String> headers, byte[] body) {
        interceptShared(headers);
        return body;
    }
}

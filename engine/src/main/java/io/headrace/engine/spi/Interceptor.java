package io.headrace.engine.spi;

import java.util.Map;

/** Changes or drops events on their way from a source to its channels. Safe for any thread. */
public interface Interceptor {
    /**
     * Changes the headers that all events of a frame share, before the frame is built. An interceptor that only does
     * this costs nothing per event.
     */
    void interceptShared(Map<String, String> headers);

    /**
     * Whether events of a frame that others built, or with headers of their own, must be looked at one by one. Such a
     * frame is decoded and encoded again.
     */
    boolean looksAtEvents();

    /**
     * Looks at one event.
     *
     * @param headers all headers of the event, may be changed
     * @param body of the event; not to be changed
     * @return the body to go on with, or null to drop the event
     */
    byte[] interceptEvent(Map<String, String> headers, byte[] body);
}

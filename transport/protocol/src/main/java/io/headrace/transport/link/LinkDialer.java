package io.headrace.transport.link;

/** Makes connections for a {@link DialHandler}. */
public interface LinkDialer {
    /**
     * Begins to connect; the outcome comes later through {@link DialHandler#connected} or {@link DialHandler#dialFailed},
     * never from within this call.
     */
    void dial();

    /** Where it connects to, for messages. */
    String target();
}

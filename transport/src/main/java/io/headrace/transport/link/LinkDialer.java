package io.headrace.transport.link;

/** Makes connections for a {@link LinkSender}. */
public interface LinkDialer {
    /**
     * Begins to connect; the outcome comes later through {@link LinkSender#connected} or {@link LinkSender#dialFailed},
     * never from within this call.
     */
    void dial();

    /** Where it connects to, for messages. */
    String target();
}

package io.headrace.frame;

/** An event, or what must stay one frame, is larger than what is taken; nothing of it was added. */
public final class EventTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EventTooLargeException(long eventBytes, int maxEventBytes) {
        super("event of " + eventBytes + " bytes (expected: <= maxEventBytes " + maxEventBytes + ")");
    }

    /** @param message with value and expectation */
    public EventTooLargeException(String message) {
        super(message);
    }
}

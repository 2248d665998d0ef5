package io.headrace.frame;

/** An event whose headers and body exceed {@code maxEventBytes}; nothing of it was added. */
public final class EventTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EventTooLargeException(long eventBytes, int maxEventBytes) {
        super("event of " + eventBytes + " bytes (expected: <= maxEventBytes " + maxEventBytes + ")");
    }
}

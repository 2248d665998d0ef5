package io.headrace.tools.bench;

/** What is measured failed or stands still; the message says what and since when. */
public final class WorkloadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WorkloadException(String message, Throwable cause) {
        super(message, cause);
    }

    public WorkloadException(String message) {
        super(message);
    }
}

package io.headrace.tools.bench;

/** Figures would not say what they are asked for; the message says why and what to do. */
public final class NotMeasurableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotMeasurableException(String message) {
        super(message);
    }
}

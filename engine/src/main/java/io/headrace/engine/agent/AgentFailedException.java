package io.headrace.engine.agent;

/** An agent that cannot be started, or cannot go on; the message says what, where, and what to do. */
public final class AgentFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AgentFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}

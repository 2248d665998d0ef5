package io.headrace.engine.agent;

/** How a component is. */
public enum ComponentState {
    /** Not started yet, or waiting for what it needs. */
    STARTING,
    /** Works. */
    UP,
    /** Runs, but cannot do its work now. */
    IMPAIRED,
    /** Failed; a new one is started with back-off. */
    RETRYING,
    /** Failed for good. */
    FAILED,
    /** Stopped in order. */
    STOPPED
}

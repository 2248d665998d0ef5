package io.headrace.transport.link;

/** Where a state machine says how it fares; called on change, by the thread that drives it. */
public interface LinkHealth {
    /** It works; with what it does. */
    void healthy(String detail);

    /** It cannot do its work now; with the reason. */
    void unhealthy(String reason);
}

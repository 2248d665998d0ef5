package io.headrace.transport.net;

import io.headrace.engine.agent.Failures;
import io.headrace.engine.metrics.Counter;
import io.headrace.transport.link.LinkHealth;
import java.util.function.Consumer;

/**
 * The health of a source that listens: bad from a batch that could not be put until something is accepted again. Told on
 * any event loop.
 */
public final class PutHealth {
    private final Counter accepted;
    private final LinkHealth health;
    private final Consumer<Throwable> errors;
    private volatile String listeningOn = "";

    /** Events accepted when the last batch could not be put; -1 while all is well. */
    private volatile long acceptedAtTrouble = -1;

    /**
     * @param accepted events that were put
     * @param errors told what ends the source
     */
    public PutHealth(Counter accepted, LinkHealth health, Consumer<Throwable> errors) {
        this.accepted = accepted;
        this.health = health;
        this.errors = errors;
    }

    /** The source takes connections now. */
    public void listensOn(String address) {
        listeningOn = "listening on " + address;
        health.healthy(listeningOn);
    }

    /** A batch could not be put; only an error of the machine ends more than its connection. */
    public void failed(Throwable cause) {
        if (cause instanceof Error) {
            errors.accept(cause);
            return;
        }
        acceptedAtTrouble = accepted.get();
        health.unhealthy("what came could not be put, the sender tries again: " + Failures.describe(cause));
    }

    /** To be called now and then: notes that something was accepted. */
    public void look() {
        if (acceptedAtTrouble >= 0 && accepted.get() > acceptedAtTrouble) {
            acceptedAtTrouble = -1;
            health.healthy(listeningOn);
        }
    }
}

package io.headrace.transport.link;

/** Decides who may send, and hears of everything that is refused. One for each connection, on the connection's thread. */
public interface LinkGate {
    /**
     * Lets a sender in by returning.
     *
     * @throws LinkException with what the sender is told
     */
    void admit(Hello hello);

    /** A REJECT was sent. */
    void refused(RejectCode code, String why);
}

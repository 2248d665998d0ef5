package io.headrace.transport.avro;

import io.headrace.engine.channel.Lease;

/** A lease of which some requests are sent. Owned by the sender's thread. */
final class OutstandingLease {
    private final Lease lease;
    private int unanswered;
    private boolean sent;

    OutstandingLease(Lease lease) {
        this.lease = lease;
    }

    Lease lease() {
        return lease;
    }

    void requestSent(boolean last) {
        unanswered++;
        sent = last;
    }

    void requestAnswered() {
        unanswered--;
    }

    /** Whether all of it is sent. */
    boolean isSent() {
        return sent;
    }

    boolean isDelivered() {
        return sent && unanswered == 0;
    }
}

package io.headrace.engine.channel;

/** A channel as the contract sees it; a twin breaks one of its parts on purpose. */
class ChannelSubject implements AutoCloseable {
    private final ChannelRig rig;

    ChannelSubject(ChannelRig rig) {
        this.rig = rig;
    }

    ChannelRig rig() {
        return rig;
    }

    /** Puts a frame; throws when there is no room. */
    PutTicket put(String... bodies) {
        PutStatus status = rig.put(bodies);
        if (status != PutStatus.ACCEPTED) {
            throw new AssertionError("put: " + status + " " + rig.ticket.fullReason());
        }
        return rig.ticket;
    }

    ChannelConsumer consumer() {
        return rig.consumer;
    }

    /** Lets the duty cycles do what there is to do. */
    void settle() {
        rig.run();
    }

    @Override
    public void close() {
        rig.close();
    }
}

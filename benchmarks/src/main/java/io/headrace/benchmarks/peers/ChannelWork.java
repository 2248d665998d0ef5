package io.headrace.benchmarks.peers;

/**
 * Putting into a channel and taking from it as fast as it goes, for a time. Immutable.
 *
 * @param kind of the channel: {@code memory}, {@code file} or another that the peer knows
 * @param batch events of a frame, a transaction, a claim or a message
 * @param eventBytes of each body, at least 64
 * @param inFlight batches that a producer may have put without their being acknowledged, where a channel acknowledges
 * @param millis of putting
 * @param checksum whether what is put gets a checksum, where the peer has a choice
 * @param waitMillis how long a sink waits for what is missing when all is put
 * @param copies whether each event is made of a copy of its body, where the peer has a choice
 */
public record ChannelWork(
        String kind,
        int producers,
        int sinks,
        int batch,
        int eventBytes,
        int inFlight,
        long millis,
        long waitMillis,
        boolean checksum,
        boolean copies) {
    private static final long WAIT_MILLIS = 20_000;
    /** A channel in memory acknowledges what its thread has seen: nobody waits for that, as nobody does with a queue. */
    private static final int IN_FLIGHT_IN_MEMORY = 64;

    private static final int MAX_BODIES_BYTES = 16 << 20;
    private static final int MAX_BODIES = 10_000;

    static ChannelWork of(Order order) {
        String kind = order.text("kind");
        return new ChannelWork(
                kind,
                (int) order.number("producers", 1),
                (int) order.number("sinks", 1),
                (int) order.number("batch", 1000),
                (int) order.number("eventBytes", 200),
                (int) order.number("inFlight", kind.equals("memory") ? IN_FLIGHT_IN_MEMORY : 1),
                order.number("millis"),
                order.number("waitMillis", WAIT_MILLIS),
                order.values().getOrDefault("checksum", "yes").equals("yes"),
                order.values().getOrDefault("copies", "no").equals("yes"));
    }

    /** Whether a channel for this serves the other, too. */
    boolean sameChannel(ChannelWork other) {
        return other != null && kind.equals(other.kind) && batch == other.batch && eventBytes == other.eventBytes;
    }

    /** Bodies for the events; fewer of large ones, so that memory suffices. */
    public Bodies bodies() {
        return new Bodies(eventBytes, Math.max(64, Math.min(MAX_BODIES, MAX_BODIES_BYTES / eventBytes)));
    }
}

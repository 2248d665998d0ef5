package io.headrace.tools.quickstart;

/** One kill: at how many delivered bytes, whether anything was still undelivered, how long nothing arrived after it. */
final class Kill {
    private final String victims;
    private final long deliveredBytes;
    private final boolean inFlight;
    private final long atNanos;
    private long outageNanos = -1;

    Kill(String victims, long deliveredBytes, boolean inFlight, long atNanos) {
        this.victims = victims;
        this.deliveredBytes = deliveredBytes;
        this.inFlight = inFlight;
        this.atNanos = atNanos;
    }

    String victims() {
        return victims;
    }

    boolean inFlight() {
        return inFlight;
    }

    /** Notes that more has arrived than had at the kill, and says whether that was news. */
    boolean ended(long nowDelivered, long nowNanos) {
        if (outageNanos >= 0 || nowDelivered <= deliveredBytes) {
            return false;
        }
        outageNanos = nowNanos - atNanos;
        return true;
    }

    /** How long nothing arrived; 0 when nothing had to. */
    long outageNanos() {
        return Math.max(0, outageNanos);
    }
}

package io.headrace.tools.tune;

/**
 * What one run of a pipeline showed.
 *
 * @param number from 1, in order
 * @param stage why it was run
 * @param candidate with which settings
 * @param rate events a second that were put in; 0 for as many as were taken
 * @param seconds how long was measured
 * @param events that were delivered meanwhile
 * @param p50Micros from when an event was due to its delivery
 * @param p99Micros the same
 * @param processors use of all processors, 0 to 1
 * @param busiestThread use of one processor by one thread, 0 to 1
 * @param logBytesPerSecond written to the log
 * @param bytesPerSync of the log; 0 where nothing was synced
 * @param logWait of the time from put to commit, the part until the log had acknowledged, 0 to 1
 * @param appender that wrote the log; empty without one
 * @param wireBytesPerSecond sent over the link
 * @param failure why it measured nothing; null when it did
 */
record Trial(
        int number,
        String stage,
        Candidate candidate,
        long rate,
        double seconds,
        long events,
        double p50Micros,
        double p99Micros,
        double processors,
        double busiestThread,
        double logBytesPerSecond,
        double bytesPerSync,
        double logWait,
        String appender,
        double wireBytesPerSecond,
        String failure) {
    private static final double KEPT_UP = 0.9;

    static Trial failed(int number, String stage, Candidate candidate, long rate, String failure) {
        return new Trial(number, stage, candidate, rate, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", 0, failure);
    }

    boolean works() {
        return failure == null && events > 0;
    }

    double eventsPerSecond() {
        return seconds == 0 ? 0 : events / seconds;
    }

    /** Whether as much came out as was put in. */
    boolean keptUp() {
        return rate == 0 || eventsPerSecond() >= KEPT_UP * rate;
    }

    /** 99 % of the events came within; without end when it did not keep up. */
    double boundMicros() {
        return !works() ? Double.MAX_VALUE : keptUp() ? p99Micros : Math.max(p99Micros, seconds * 1e6);
    }
}

package io.headrace.tools.bench;

import io.headrace.frame.Frame;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What frames run through, set up and started: they are put in by producers and come out at {@link #arrivals()}. Closing
 * stops all of it.
 */
interface Course extends AutoCloseable {
    /** Where one producer puts its frames; owned by that producer's thread. */
    interface Entry extends AutoCloseable {
        /**
         * Puts a frame, waiting for room as long as it takes; the reference stays the caller's.
         *
         * @param dueNanos when it was due, as {@link System#nanoTime()}
         * @throws WorkloadException when there was no room for 30 s, or the course has failed
         */
        void put(Frame frame, long dueNanos) throws InterruptedException;

        @Override
        void close();
    }

    /** An entry for one more producer. */
    Entry newEntry();

    /** What came out. */
    Arrivals arrivals();

    /** Throws what has failed. */
    void checkFailure();

    /** What it waits for, for the message when nothing moves; null when that is not known. */
    String waitingFor();

    /**
     * Verifies what can be when everything has come out, and stops it.
     *
     * @param sent what was put
     * @param report takes what held and what did not
     */
    void finish(Sent sent, Report report) throws Exception;

    /** Further figures by name. */
    Map<String, Long> counters();

    @Override
    void close() throws IOException;

    /** What was put in all. */
    record Sent(long events, long frames, long frameBytes, long checksums) {}

    /** Texts about what was verified. */
    record Report(List<String> verified, List<String> faults) {
        /** Notes one check. */
        void check(boolean holds, String text) {
            (holds ? verified : faults).add(text);
        }
    }
}

package io.headrace.engine.group;

import io.headrace.engine.spi.SinkProcessor.Member;
import java.util.concurrent.TimeUnit;

/**
 * How long a sink that failed is left alone: 2 s after the first failure, twice as long after each further one, up to a
 * limit; it begins anew when the sink has delivered something. As Flume's, without its overflow.
 */
final class Cooling {
    private static final long STEP_MILLIS = 1_000;
    private static final int MOST_DOUBLINGS = 30;

    final Member member;
    private final long mostMillis;
    private long failures;
    private long delivered;
    private int inRow;
    private boolean cools;
    private long untilNanos;

    Cooling(Member member, long mostMillis) {
        this.member = member;
        this.mostMillis = mostMillis;
    }

    /** Takes note of what happened since the last call. */
    void look(long nowNanos) {
        long deliveredNow = member.deliveredEvents();
        if (deliveredNow != delivered) {
            delivered = deliveredNow;
            inRow = 0;
        }
        long failuresNow = member.failures();
        if (failuresNow != failures) {
            failures = failuresNow;
            inRow = Math.min(inRow + 1, MOST_DOUBLINGS);
            cools = true;
            untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.min(mostMillis, STEP_MILLIS << inRow));
        }
        if (cools && nowNanos - untilNanos >= 0) {
            cools = false;
        }
    }

    /** Whether its pause is over; of the last look. */
    boolean isOver() {
        return !cools;
    }
}

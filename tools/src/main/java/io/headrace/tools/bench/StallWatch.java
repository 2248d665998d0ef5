package io.headrace.tools.bench;

import java.util.concurrent.TimeUnit;

/** Notices that nothing moves any more. Owned by one thread. */
final class StallWatch {
    private final Course course;
    private final long longestNanos;
    private long lastArrived = -1;
    private long lastSent = -1;
    private long sinceNanos = System.nanoTime();

    /**
     * @param longestNanos how long nothing may move
     */
    StallWatch(Course course, long longestNanos) {
        this.course = course;
        this.longestNanos = longestNanos;
    }

    /**
     * Whether what was put has not come out for so long although nobody puts: it is lost.
     *
     * @throws WorkloadException when producers stand still, too, or when something says what it waits for
     */
    boolean isStalled(boolean producing, long sent) {
        long arrived = course.arrivals().events();
        long now = System.nanoTime();
        if (arrived != lastArrived || sent != lastSent || producing && arrived >= sent) {
            lastArrived = arrived;
            lastSent = sent;
            sinceNanos = now;
            return false;
        }
        if (now - sinceNanos < longestNanos) {
            return false;
        }
        String reason = course.waitingFor();
        if (producing || reason != null) {
            throw new WorkloadException("nothing moved for " + TimeUnit.NANOSECONDS.toSeconds(longestNanos) + " s, "
                    + (sent - arrived) + " events are on their way" + (reason == null ? "" : ": " + reason));
        }
        return true;
    }
}

package io.headrace.tools.bench;

import java.util.concurrent.TimeUnit;

/** Notices that nothing moves any more. Owned by one thread. */
final class StallWatch {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Course course;
    private long lastArrived = -1;
    private long lastSent = -1;
    private long sinceNanos = System.nanoTime();

    StallWatch(Course course) {
        this.course = course;
    }

    /**
     * Whether what was put has not come out for 30 s although nobody puts: it is lost.
     *
     * @throws WorkloadException when producers stand still, too, which are given more time where events are few
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
        if (now - sinceNanos < LONGEST_NANOS) {
            return false;
        }
        String reason = course.waitingFor();
        if (producing || reason != null) {
            throw new WorkloadException("nothing moved for 30 s, " + (sent - arrived) + " events are on their way"
                    + (reason == null ? "" : ": " + reason));
        }
        return true;
    }
}

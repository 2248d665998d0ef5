package io.headrace.tools.powercut;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** Asks an agent for its health all the time and keeps what it complains of with status 503. */
final class HealthWatch implements AutoCloseable {
    private static final long PAUSE_NANOS = 10_000_000;

    private final Set<String> complaints = new ConcurrentSkipListSet<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long lastAnswerNanos = System.nanoTime();
    private volatile long longestGapNanos;

    HealthWatch(AgentUnderTest agent) {
        thread = new Thread(
                () -> {
                    while (!closed) {
                        AgentUnderTest.Answer answer = agent.ask("/health");
                        if (answer != null) {
                            long now = System.nanoTime();
                            longestGapNanos = Math.max(longestGapNanos, now - lastAnswerNanos);
                            lastAnswerNanos = now;
                            if (answer.isFailure()) {
                                complaints.add(answer.body());
                            }
                        }
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                },
                "health-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether one complaint matched. */
    boolean heard(Pattern complaint) {
        return complaints.stream().anyMatch(said -> complaint.matcher(said).find());
    }

    /** The longest time in which it was not answered, by now. */
    long longestGapMillis() {
        return TimeUnit.NANOSECONDS.toMillis(Math.max(longestGapNanos, System.nanoTime() - lastAnswerNanos));
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

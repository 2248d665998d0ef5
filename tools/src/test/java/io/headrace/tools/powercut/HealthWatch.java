package io.headrace.tools.powercut;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;

/** Asks an agent for its health all the time and keeps what it complains of. */
final class HealthWatch implements AutoCloseable {
    private static final long PAUSE_NANOS = 10_000_000;

    private final Set<String> complaints = new ConcurrentSkipListSet<>();
    private final Thread thread;
    private volatile boolean closed;

    HealthWatch(AgentUnderTest agent) {
        thread = new Thread(
                () -> {
                    while (!closed) {
                        String complaint = agent.get("/health", true);
                        if (complaint != null) {
                            complaints.add(complaint);
                        }
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                },
                "health-watch");
        thread.setDaemon(true);
        thread.start();
    }

    boolean heard(String part) {
        return complaints.stream().anyMatch(complaint -> complaint.contains(part));
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

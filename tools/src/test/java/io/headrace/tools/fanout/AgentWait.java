package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what agents come to, and tells what one of them said where it does not come. */
final class AgentWait {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What is waited for; where looking fails it does not hold yet: an agent that has just begun has no port. */
    interface Condition {
        boolean holds() throws IOException;
    }

    private AgentWait() {}

    static void await(String what, KilledAgent agent, long longestSeconds, Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(longestSeconds);
        while (!holds(condition)) {
            assertThat(System.nanoTime() - deadline)
                    .as("waited for: %s%n%s", what, agent.log())
                    .isNegative();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static boolean holds(Condition condition) {
        try {
            return condition.holds();
        } catch (IOException e) {
            return false;
        }
    }
}

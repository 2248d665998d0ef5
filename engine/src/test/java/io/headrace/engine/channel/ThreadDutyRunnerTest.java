package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ThreadDutyRunnerTest {
    /** Work that waits for a lock takes the permit of a wake-up that came meanwhile, as {@code ReentrantLock} does. */
    @Test
    void shouldNotSleepOverAWakeUpWhosePermitTheWorkTook() {
        AtomicInteger rounds = new AtomicInteger();
        AtomicReference<DutyRunner.Running> running = new AtomicReference<>();
        DutyCycle cycle = new DutyCycle() {
            @Override
            public int doWork() {
                int round = rounds.incrementAndGet();
                if (running.get() != null && round > 100 && round < 200) {
                    running.get().wake();
                    LockSupport.parkNanos(1);
                }
                return round < 100 ? 1 : 0;
            }

            @Override
            public long nanosUntilDue() {
                return Long.MAX_VALUE;
            }

            @Override
            public String roleName() {
                return "test";
            }
        };
        DutyRunner.Running started = Fixtures.threads().start(cycle);
        running.set(started);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            started.wake();
            return rounds.get() >= 200;
        });
        started.stop();
        assertThat(rounds.get()).isGreaterThanOrEqualTo(200);
    }
}

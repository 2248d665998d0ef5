package io.headrace.tools;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailedStopWatchTest {
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicInteger ends = new AtomicInteger();

    @Test
    void shouldEndTheProcessOfAnAgentThatFailedAndHangsInItsStop() {
        try (FailedStopWatch watch = new FailedStopWatch(failed::get, Duration.ofMillis(300), ends::incrementAndGet)) {
            watch.start();
            await().during(Duration.ofMillis(500)).until(() -> ends.get() == 0);

            failed.set(true);

            await().atMost(Duration.ofSeconds(10)).until(() -> ends.get() == 1);
        }
    }

    @Test
    void shouldLeaveAnAgentAloneThatStopsInTime() {
        FailedStopWatch watch = new FailedStopWatch(failed::get, Duration.ofMillis(600), ends::incrementAndGet);
        watch.start();
        failed.set(true);

        watch.close();

        await().during(Duration.ofMillis(1_300)).atMost(Duration.ofSeconds(10)).until(() -> ends.get() == 0);
    }
}

package io.headrace.tools;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
        AtomicReference<FailedStopWatch> watch = new AtomicReference<>();
        // It stops as soon as the watch knows that it failed, however busy the machine is.
        BooleanSupplier failsAndStops = () -> {
            watch.get().close();
            return true;
        };
        watch.set(new FailedStopWatch(failsAndStops, Duration.ofMillis(600), ends::incrementAndGet));

        watch.get().start();

        await().during(Duration.ofMillis(1_300)).atMost(Duration.ofSeconds(10)).until(() -> ends.get() == 0);
    }
}

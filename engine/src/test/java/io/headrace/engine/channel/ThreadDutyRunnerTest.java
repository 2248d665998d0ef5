package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.headrace.wal.LogClocks;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Those of a log do: a yield puts the thread behind all others for when its work comes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldParkAtOnceOnFewCoresWhereTheDutyCycleSaysSo(boolean atOnce) {
        assumeThat(Runtime.getRuntime().availableProcessors()).isLessThan(4);
        AtomicInteger rounds = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        DutyCycle cycle = new DutyCycle() {
            @Override
            public int doWork() {
                thread.set(Thread.currentThread());
                rounds.incrementAndGet();
                return 0;
            }

            @Override
            public long nanosUntilDue() {
                return Long.MAX_VALUE;
            }

            @Override
            public boolean parksOnFewCores() {
                return atOnce;
            }

            @Override
            public String roleName() {
                return "test";
            }
        };
        DutyRunner.Running running = Fixtures.threads().start(cycle);
        try {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> thread.get() != null && thread.get().getState() == Thread.State.WAITING);
            // The first one finds nothing, and the last one is made before it parks.
            assertThat(rounds.get()).isEqualTo(atOnce ? 2 : 10);
        } finally {
            running.stop();
        }
    }

    /** They wait for the disk, not for a producer: a core for each would be too much. */
    @ParameterizedTest
    @EnumSource
    void shouldParkGroupWritersWhateverTheStrategy(WaitStrategyKind strategy) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Path folder = Path.of("log");
        LogSettings settings = new LogSettings(List.of(folder), folder, 1 << 20, 1 << 16, Appender.DIRECT, 0);
        AtomicLong ids = new AtomicLong();
        LogClocks clocks = new LogClocks(() -> 0, () -> 0, ids::incrementAndGet);
        AtomicReference<Thread> thread = new AtomicReference<>();
        try (WriteAheadLog log = WriteAheadLog.open(settings, disk, clocks)) {
            GroupWriting writing =
                    new GroupWriting("c1", 1, log.newGroupWriters().get(0));
            DutyRunner.Running running = new ThreadDutyRunner(
                            work -> {
                                thread.set(new Thread(work));
                                thread.get().setDaemon(true);
                                return thread.get();
                            },
                            strategy)
                    .start(writing);
            try {
                await().atMost(Duration.ofSeconds(10)).until(() -> thread.get().getState() == Thread.State.WAITING);
            } finally {
                running.stop();
            }
        }
    }
}

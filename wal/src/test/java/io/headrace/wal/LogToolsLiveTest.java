package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Looking into a log while it is written, committed, checkpointed and its segments are used again. */
class LogToolsLiveTest {
    private static final int BACKLOG = 60;
    private static final int LEAST = 400;
    private static final int LEAST_CHECKS = 4;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("headrace.test.liveMillis", 1500));

    @TempDir
    private Path folder;

    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong written = new AtomicLong();
    private final AtomicInteger checks = new AtomicInteger();

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void shouldSeeNoDamageAndEachFrameOnceWhileSegmentsAreUsedAgain(LogSettings.Appender appender) throws Exception {
        Random random = new Random(9);
        LogClocks clocks = new LogClocks(SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE, random::nextLong);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        Path home = folder.resolve("log");
        FileStorage storage = new FileStorage();
        try (LogFixture fixture = new LogFixture(9);
                WriteAheadLog log = WriteAheadLog.open(LogFixture.settings(home, appender), storage, clocks)) {
            Future<?> preparer = threads.submit(() -> {
                while (!ended.get()) {
                    if (log.preparer().doWork() == 0) {
                        LockSupport.parkNanos(100_000);
                    }
                }
            });
            LogPlace place = LogPlace.find(storage, folder, null);
            Future<?> checker = threads.submit(() -> check(storage, place));
            Future<long[]> follower = threads.submit(() -> follow(storage, place));
            write(log, fixture, checker);
            ended.set(true);
            preparer.get(30, TimeUnit.SECONDS);
            checker.get(30, TimeUnit.SECONDS);
            long[] followed = follower.get(30, TimeUnit.SECONDS);

            assertThat(checks.get()).as("checks").isGreaterThanOrEqualTo(LEAST_CHECKS);
            assertThat(followed[0]).as("frames followed").isGreaterThan(BACKLOG);
            assertThat(followed[1]).as("last followed").isEqualTo(written.get());
            assertThat(written.get()).as("written").isGreaterThan(200);
        } finally {
            ended.set(true);
            threads.shutdown();
        }
    }

    /** For a while, and on a busy machine until the checker has looked as often as it should. */
    private void write(WriteAheadLog log, LogFixture fixture, Future<?> checker) throws Exception {
        long until = System.nanoTime() + NANOS;
        for (long sequence = 1; sequence <= LEAST || System.nanoTime() - until < 0 || isToLook(checker); sequence++) {
            Frame frame = fixture.frame(sequence + ":" + "x".repeat((int) (sequence * 7919 % 20_000)));
            while (!log.append(sequence, 0, 0, frame)) {
                LockSupport.parkNanos(100_000);
            }
            frame.release();
            if (sequence % 5 == 0) {
                log.write();
                written.set(sequence);
            }
            if (sequence % 20 == 0) {
                log.sync();
                log.state().accepted(log.durable());
                log.state().committed().advanceTo(Math.max(0, log.durable() - BACKLOG));
                log.state().delivered(log.state().committed().floor());
                log.checkpoint();
            }
            if (sequence % 10 == 0) {
                LockSupport.parkNanos(500_000);
            }
        }
        log.sync();
        written.set(log.written());
    }

    private boolean isToLook(Future<?> checker) {
        return checks.get() < LEAST_CHECKS && !checker.isDone();
    }

    private Void check(Storage storage, LogPlace place) throws Exception {
        while (!ended.get()) {
            LogCheck check = LogCheck.run(storage, place, (bytes, ofBytes) -> {});
            assertThat(check.damages()).isEmpty();
            assertThat(check.tornBytes()).isZero();
            LogStatus status = LogStatus.read(storage, place);
            assertThat(status.checkpointFault()).isNull();
            assertThat(status.missingSegments()).isEmpty();
            assertThat(status.lastSequence()).isGreaterThanOrEqualTo(check.lowWater());
            checks.incrementAndGet();
        }
        return null;
    }

    /** Follows the log to what was written last; sequences ascend, so that none comes twice. */
    private long[] follow(Storage storage, LogPlace place) throws Exception {
        long frames = 0;
        long last = 0;
        try (LogWalk walk = new LogWalk(storage, place, Long.MIN_VALUE, false, false)) {
            while (!ended.get() || last < written.get()) {
                LogWalk.Step step = walk.next();
                assertThat(step).isNotEqualTo(LogWalk.Step.DAMAGE);
                if (step == LogWalk.Step.FRAME) {
                    assertThat(walk.sequence()).isGreaterThan(last);
                    assertThat(LogFixture.text(walk.frame())).startsWith(walk.sequence() + ":");
                    last = walk.sequence();
                    frames++;
                } else {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
        return new long[] {frames, last};
    }
}

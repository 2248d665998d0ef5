package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Journal, group writers, preparer and reader on threads of their own, on a real disk, while segments are released and recycled. */
class ConcurrentLogTest {
    private static final int FRAMES = 3000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void shouldReadEverythingInOrderWhileSegmentsAreRecycled(LogSettings.Appender appender) throws Exception {
        Random random = new Random(9);
        LogClocks clocks = new LogClocks(SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE, random::nextLong);
        AtomicLong read = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        List<Future<?>> writers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (LogFixture fixture = new LogFixture(9);
                WriteAheadLog log = WriteAheadLog.open(
                        LogFixture.settings(folder.resolve("log"), appender), new FileStorage(), clocks)) {
            Future<?> preparer = threads.submit(() -> {
                while (!ended.get()) {
                    if (log.preparer().doWork() == 0) {
                        LockSupport.parkNanos(100_000);
                    }
                }
            });
            Future<?> reader = threads.submit(() -> {
                readAll(log, read);
                return null;
            });
            for (GroupWriter writer : log.newGroupWriters()) {
                writers.add(threads.submit(() -> {
                    while (!ended.get()) {
                        if (writer.doWork() == 0) {
                            LockSupport.parkNanos(50_000);
                        }
                    }
                }));
            }
            int beside = 0;
            for (long sequence = 1; sequence <= FRAMES && !reader.isDone(); sequence++) {
                Frame frame = fixture.frame(sequence + ":" + "x".repeat((int) (sequence * 7919 % 20_000)));
                while (!log.append(sequence, 0, 0, frame)) {
                    LockSupport.parkNanos(100_000);
                }
                frame.release();
                if (sequence % 7 == 0) {
                    log.settle();
                    if (log.writeBeside()) {
                        beside++;
                    } else {
                        log.write();
                    }
                }
                if (sequence % 100 == 0) {
                    log.sync();
                    log.state().committed().advanceTo(read.get());
                    log.checkpoint();
                }
            }
            log.write();
            reader.get(30, TimeUnit.SECONDS);
            ended.set(true);
            preparer.get(30, TimeUnit.SECONDS);
            for (Future<?> writer : writers) {
                writer.get(30, TimeUnit.SECONDS);
            }
            if (log.appender() == LogSettings.Appender.DIRECT) {
                assertThat(beside).as("groups beside the journal").isPositive();
            }
            assertThat(read.get()).isEqualTo(FRAMES);
        } finally {
            ended.set(true);
            threads.shutdown();
        }
    }

    private static void readAll(WriteAheadLog log, AtomicLong read) throws Exception {
        try (LogReader reader = log.newReader()) {
            reader.seek(1);
            while (read.get() < FRAMES) {
                Frame frame = reader.next();
                if (frame == null) {
                    LockSupport.parkNanos(50_000);
                    continue;
                }
                assertThat(reader.sequence()).isEqualTo(read.get() + 1);
                assertThat(LogFixture.text(frame))
                        .startsWith(reader.sequence() + ":")
                        .hasSize((int) (reader.sequence() * 7919 % 20_000)
                                + 1
                                + Long.toString(reader.sequence()).length());
                frame.release();
                read.set(reader.sequence());
            }
        }
    }
}

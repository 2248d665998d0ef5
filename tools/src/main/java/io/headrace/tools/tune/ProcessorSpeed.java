package io.headrace.tools.tune;

import io.headrace.engine.channel.DutyCycle;
import io.headrace.engine.channel.DutyRunner;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * What one processor does. Immutable.
 *
 * @param copyBytesPerSecond from memory to memory
 * @param checksumBytesPerSecond CRC32C
 * @param encodedEventsPerSecond into frames, checksum included
 * @param handOffMicros from one thread to another and back, median, by how the other one waits
 */
record ProcessorSpeed(
        double copyBytesPerSecond,
        double checksumBytesPerSecond,
        double encodedEventsPerSecond,
        Map<WaitStrategyKind, Double> handOffMicros) {
    private static final int BLOCK = 192 * 1024;
    private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int HAND_OFFS = 20_000;

    ProcessorSpeed {
        handOffMicros = Collections.unmodifiableMap(
                handOffMicros.isEmpty() ? new EnumMap<>(WaitStrategyKind.class) : new EnumMap<>(handOffMicros));
    }

    /** Measures each for some time, after as long to warm up. */
    static ProcessorSpeed measure(Load load, long nanosEach) {
        Map<WaitStrategyKind, Double> handOffs = new EnumMap<>(WaitStrategyKind.class);
        for (WaitStrategyKind kind : WaitStrategyKind.values()) {
            handOffs.put(kind, handOff(kind, nanosEach));
        }
        ByteBuffer from = ByteBuffer.allocateDirect(BLOCK);
        ByteBuffer to = ByteBuffer.allocateDirect(BLOCK);
        double copies = perSecond(nanosEach, () -> {
            to.put(0, from, 0, BLOCK);
            return BLOCK;
        });
        CRC32C crc = new CRC32C();
        double checksums = perSecond(nanosEach, () -> {
            crc.update(from.clear());
            return BLOCK;
        });
        return new ProcessorSpeed(copies, checksums, encode(load, nanosEach), handOffs);
    }

    private interface Work {
        int run();
    }

    private static double perSecond(long nanos, Work work) {
        double rate = 0;
        // The first round warms up.
        for (int round = 0; round < 2; round++) {
            long done = 0;
            long begun = System.nanoTime();
            long now;
            do {
                done += work.run();
                now = System.nanoTime();
            } while (now - begun < nanos);
            rate = done * 1e9 / (now - begun);
        }
        return rate;
    }

    private static double encode(Load load, long nanos) {
        Producer producer = new Producer(1);
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            return perSecond(nanos, () -> {
                builder.begin(Headers.EMPTY);
                int events = 0;
                while (events < Load.BODIES && builder.add(load.bodies(), events * load.size(), load.size())) {
                    events++;
                }
                builder.build(producer, 0).release();
                return events;
            });
        }
    }

    private static double handOff(WaitStrategyKind kind, long nanos) {
        ThreadDutyRunner runner = new ThreadDutyRunner(
                work -> {
                    Thread thread = new Thread(work);
                    thread.setDaemon(true);
                    return thread;
                },
                kind);
        Echo echo = new Echo(Thread.currentThread());
        DutyRunner.Running running = runner.start(echo);
        double[] micros = new double[HAND_OFFS];
        int count = 0;
        long begun = System.nanoTime();
        long from = begun;
        while (count < HAND_OFFS && from - begun < nanos) {
            echo.ask();
            running.wake();
            while (echo.answered != echo.asked) {
                LockSupport.parkNanos(LONGEST_PARK_NANOS);
            }
            long now = System.nanoTime();
            micros[count++] = (now - from) / 1e3;
            from = now;
        }
        running.stop();
        return Search.median(micros, count);
    }

    /** Answers what it is asked. */
    private static final class Echo implements DutyCycle {
        private final Thread asker;
        private volatile long asked;
        private volatile long answered;

        Echo(Thread asker) {
            this.asker = asker;
        }

        /** Only by the asker. */
        void ask() {
            asked = asked + 1;
        }

        @Override
        public int doWork() {
            long now = asked;
            if (answered == now) {
                return 0;
            }
            answered = now;
            LockSupport.unpark(asker);
            return 1;
        }

        @Override
        public long nanosUntilDue() {
            return Long.MAX_VALUE;
        }

        @Override
        public String roleName() {
            return "tune-echo";
        }
    }
}

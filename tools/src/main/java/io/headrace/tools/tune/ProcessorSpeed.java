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
import java.util.function.BooleanSupplier;
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

    /** False when it was stopped before all was measured. */
    boolean isMeasured() {
        return encodedEventsPerSecond > 0;
    }

    /** Measures each for some time, after as long to warm up; a 0 is what was not measured because of {@code stop}. */
    static ProcessorSpeed measure(Load load, long nanosEach, BooleanSupplier stop) {
        Map<WaitStrategyKind, Double> handOffs = new EnumMap<>(WaitStrategyKind.class);
        for (WaitStrategyKind kind : WaitStrategyKind.values()) {
            handOffs.put(kind, handOff(kind, nanosEach, stop));
        }
        ByteBuffer from = ByteBuffer.allocateDirect(BLOCK);
        ByteBuffer to = ByteBuffer.allocateDirect(BLOCK);
        double copies = perSecond(nanosEach, stop, () -> {
            to.put(0, from, 0, BLOCK);
            return BLOCK;
        });
        CRC32C crc = new CRC32C();
        double checksums = perSecond(nanosEach, stop, () -> {
            crc.update(from.clear());
            return BLOCK;
        });
        return new ProcessorSpeed(copies, checksums, encode(load, nanosEach, stop), handOffs);
    }

    private interface Work {
        int run();
    }

    private static double perSecond(long nanos, BooleanSupplier stop, Work work) {
        double rate = 0;
        // The first round warms up.
        for (int round = 0; round < 2 && !stop.getAsBoolean(); round++) {
            long done = 0;
            long begun = System.nanoTime();
            long now;
            do {
                done += work.run();
                now = System.nanoTime();
            } while (now - begun < nanos && !stop.getAsBoolean());
            rate = done * 1e9 / (now - begun);
        }
        return rate;
    }

    private static double encode(Load load, long nanos, BooleanSupplier stop) {
        Producer producer = new Producer(1);
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            return perSecond(nanos, stop, () -> {
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

    private static double handOff(WaitStrategyKind kind, long nanos, BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            return 0;
        }
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
        while (count < HAND_OFFS && from - begun < nanos && !stop.getAsBoolean()) {
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
        return count == 0 ? 0 : Search.median(micros, count);
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

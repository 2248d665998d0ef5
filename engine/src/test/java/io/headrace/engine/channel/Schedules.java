package io.headrace.engine.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Runs seeded schedules on all processors until all are done or one fails, and keeps of each only what is counted, so
 * that any number of them takes the same memory.
 */
final class Schedules {
    private static final int DIGITS = 3;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final long first;
    private final long count;
    private final long progressNanos;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<Failure> failure = new AtomicReference<>();
    private final AtomicLong progressDue;
    private final ConcurrentHistogram frames = new ConcurrentHistogram(DIGITS);
    private final ConcurrentHistogram crashes = new ConcurrentHistogram(DIGITS);
    private final CrashCoverage coverage = new CrashCoverage();
    private final long startNanos = System.nanoTime();

    /** The smallest seed that is known to fail. */
    record Failure(long seed, Throwable reason, String trace) {}

    /** @param progress how often a line says how far it is; zero for never */
    Schedules(long first, long count, Duration progress) {
        this.first = first;
        this.count = count;
        this.next = new AtomicLong(first);
        this.progressNanos = progress.toNanos();
        this.progressDue = new AtomicLong(progressNanos == 0 ? Long.MAX_VALUE : startNanos + progressNanos);
    }

    /** Returns when all are done, or with the first failure. */
    Failure run() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(this::work, "simulation-" + i);
            threads.add(thread);
            thread.start();
        }
        work();
        for (Thread thread : threads) {
            thread.join();
        }
        return failure.get();
    }

    private void work() {
        while (failure.get() == null) {
            long seed = next.getAndIncrement();
            if (seed >= first + count) {
                return;
            }
            run(seed);
            done.incrementAndGet();
            tellIfDue();
        }
    }

    private void run(long seed) {
        ChannelSimulation simulation = new ChannelSimulation(seed, coverage);
        try {
            simulation.run();
            frames.recordValue(simulation.frames());
            crashes.recordValue(simulation.crashes());
        } catch (Exception | Error e) {
            // Whatever it is, it belongs to this seed.
            Failure found = new Failure(seed, e, simulation.trace());
            failure.accumulateAndGet(found, (one, other) -> one != null && one.seed < other.seed ? one : other);
        }
    }

    private void tellIfDue() {
        long now = System.nanoTime();
        long due = progressDue.get();
        if (now - due >= 0 && progressDue.compareAndSet(due, now + progressNanos)) {
            double perSecond = (double) done.get() * SECOND_NANOS / (now - startNanos);
            System.out.printf(
                    "%,d of %,d schedules, %.0f/s, %,d s left%n",
                    done.get(), count, perSecond, (long) ((count - done.get()) / perSecond));
        }
    }

    long medianFrames() {
        return frames.getValueAtPercentile(50);
    }

    long medianCrashes() {
        return crashes.getValueAtPercentile(50);
    }

    CrashCoverage coverage() {
        return coverage;
    }

    @Override
    public String toString() {
        return "channel simulation: %,d schedules from seed %d in %.1f s, frames in one: median %d, at most %d; crashes: median %d, at most %d%n%s"
                .formatted(
                        done.get(),
                        first,
                        (double) (System.nanoTime() - startNanos) / SECOND_NANOS,
                        medianFrames(),
                        frames.getMaxValue(),
                        medianCrashes(),
                        crashes.getMaxValue(),
                        coverage);
    }
}

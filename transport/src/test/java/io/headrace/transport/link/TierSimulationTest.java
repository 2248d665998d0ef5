package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs seeded histories; {@code -Dsimulation.seed=N} replays one, {@code -Dsimulation.schedules=N} says how many, {@code
 * -Dsimulation.first=N} where to begin. More of them than the default are a long run, which says how far it is.
 */
class TierSimulationTest {
    private static final int SCHEDULES = 500;
    private static final int AT_LEAST = 20;
    private static final long PROGRESS_NANOS = 10_000_000_000L;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final TierCoverage coverage = new TierCoverage();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong deaths = new AtomicLong();
    private final AtomicLong told = new AtomicLong();
    private final AtomicReference<AssertionError> failure = new AtomicReference<>();
    private long start;

    /** Paranoid tracking of every buffer would take nine tenths of the time; each schedule counts its own memory. */
    @BeforeEach
    void trackFewBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
    }

    @AfterEach
    void trackAsBefore() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldKeepItsPromisesWhoeverDiesAndWhateverTheWireDoes_R13_R14_R15_R16_R17_R18() throws InterruptedException {
        Long only = Long.getLong("simulation.seed");
        long first = only != null ? only : Long.getLong("simulation.first", 1);
        long count = only != null ? 1 : Long.getLong("simulation.schedules", SCHEDULES);
        start = System.nanoTime();
        told.set(start);
        next.set(first);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> work(first, count), "simulation-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf("%s%n%s%n", progress(count), coverage);
        if (failure.get() != null) {
            throw failure.get();
        }
        if (count >= SCHEDULES) {
            assertThat(frames.get() / done.get()).as("frames in one").isGreaterThan(50);
            for (String what : TierCoverage.MUST_HAPPEN) {
                assertThat(coverage.of(what)).as(what).isGreaterThanOrEqualTo(AT_LEAST);
            }
        }
    }

    private void work(long first, long count) {
        for (long seed = next.getAndIncrement(); seed < first + count && failure.get() == null; ) {
            run(seed);
            done.incrementAndGet();
            long last = told.get();
            long now = System.nanoTime();
            if (count > SCHEDULES && now - last > PROGRESS_NANOS && told.compareAndSet(last, now)) {
                System.out.println(progress(count));
            }
            seed = next.getAndIncrement();
        }
    }

    private void run(long seed) {
        TierSimulation simulation = new TierSimulation(seed, coverage);
        try {
            simulation.run();
            frames.addAndGet(simulation.frames());
            deaths.addAndGet(simulation.deaths());
        } catch (Exception | Error e) {
            // Whatever it is, it belongs to this seed.
            failure.compareAndSet(
                    null,
                    new AssertionError(
                            "seed " + seed + ": " + e + "; replay: " + replay(seed) + "; it did\n" + simulation.trace(),
                            e));
        }
    }

    private String progress(long count) {
        double seconds = (System.nanoTime() - start) / 1e9;
        return "two tiers: %,d of %,d schedules in %.1f s, %.0f/s, %,d frames, %,d deaths"
                .formatted(done.get(), count, seconds, done.get() / seconds, frames.get(), deaths.get());
    }

    /** From the top of the repository. */
    private static String replay(long seed) {
        return "mvn -B -pl wal,engine,transport/protocol,transport test -Dtest=TierSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=" + seed;
    }
}

package io.headrace.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Runs cases, each from a seed of its own. {@code -Dfuzz.cases=N} runs so many instead of the few of the default build, on
 * all processors, and tells on standard error how far it is; {@code -Dfuzz.seed=N} begins at another seed; both together
 * with 1 replay one case.
 */
public final class FuzzRun {
    private static final long TELL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_TOLD = 20;

    private final String module;
    private final Class<?> test;
    private final boolean asked;
    private final long first;
    private final long many;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final List<AssertionError> failures = new ArrayList<>();
    private final long begun = System.nanoTime();
    private long told = begun;
    private int failed;

    private FuzzRun(String module, Class<?> test, long cases) {
        this.module = module;
        this.test = test;
        this.asked = Long.getLong("fuzz.cases") != null;
        this.many = Long.getLong("fuzz.cases", cases);
        this.first = Long.getLong("fuzz.seed", 1);
        this.next = new AtomicLong(first);
    }

    /**
     * Runs each case, and fails when it is through if any has failed.
     *
     * @param module of the test, and {@code test} its class, for the command that replays a case
     * @param cases in the default build
     * @param each makes what runs a case, one for each thread
     */
    public static void run(String module, Class<?> test, long cases, Supplier<? extends LongConsumer> each)
            throws InterruptedException {
        new FuzzRun(module, test, cases).run(each);
    }

    private void run(Supplier<? extends LongConsumer> each) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; asked && i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> work(each.get()), "fuzz-" + i);
            threads.add(thread);
            thread.start();
        }
        work(each.get());
        for (Thread thread : threads) {
            thread.join();
        }
        if (asked) {
            tell();
        }
        if (failed > 0) {
            AssertionError all = failures.get(0);
            failures.stream().skip(1).forEach(all::addSuppressed);
            throw all;
        }
    }

    private void work(LongConsumer one) {
        for (long seed = next.getAndIncrement(); seed < first + many; seed = next.getAndIncrement()) {
            try {
                one.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                if (!goesOnAfter(seed, e)) {
                    return;
                }
            }
            done.incrementAndGet();
            tellIfDue();
        }
    }

    private synchronized boolean goesOnAfter(long seed, Throwable e) {
        if (failed++ < MOST_TOLD) {
            failures.add(new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "; again with: mvn -B test -pl " + module + " -Dtest="
                            + test.getSimpleName() + " -Dfuzz.cases=1 -Dfuzz.seed=" + seed,
                    e));
        }
        return asked;
    }

    private synchronized void tellIfDue() {
        if (asked && System.nanoTime() - told > TELL_NANOS) {
            told = System.nanoTime();
            tell();
        }
    }

    private synchronized void tell() {
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        System.err.printf(
                "%s: %,d of %,d cases from seed %d, %d failed, %d s, %,d a minute%n",
                test.getSimpleName(),
                done.get(),
                many,
                first,
                failed,
                taken.toSeconds(),
                done.get() * 60_000 / Math.max(1, taken.toMillis()));
    }
}

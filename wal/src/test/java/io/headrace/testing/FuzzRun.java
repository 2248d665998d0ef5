package io.headrace.testing;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Runs cases, each from a seed of its own. {@code -Dfuzz.cases=N} runs so many instead of the few of the default build and
 * tells on standard error how far it is, {@code -Dfuzz.seed=N} begins at another seed; both together with 1 replay one case.
 */
public final class FuzzRun {
    private static final long TELL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_TOLD = 20;

    private FuzzRun() {}

    /**
     * Runs each case, and fails when it is through if any has failed.
     *
     * @param module of the test, and {@code test} its class, for the command that replays a case
     * @param cases in the default build
     */
    public static void run(String module, Class<?> test, long cases, LongConsumer one) {
        Long asked = Long.getLong("fuzz.cases");
        long many = asked == null ? cases : asked;
        long first = Long.getLong("fuzz.seed", 1);
        long begun = System.nanoTime();
        long told = begun;
        AssertionError failed = null;
        int failures = 0;
        for (long seed = first; seed < first + many; seed++) {
            try {
                one.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                AssertionError failure = new AssertionError(
                        "seed " + seed + ": " + e.getMessage() + "; again with: mvn -B test -pl " + module + " -Dtest="
                                + test.getSimpleName() + " -Dfuzz.cases=1 -Dfuzz.seed=" + seed,
                        e);
                if (failed == null) {
                    failed = failure;
                } else if (failures < MOST_TOLD) {
                    failed.addSuppressed(failure);
                }
                failures++;
                if (asked == null) {
                    break;
                }
            }
            if (asked != null && System.nanoTime() - told > TELL_NANOS) {
                told = System.nanoTime();
                System.err.printf(
                        "%s: %,d of %,d cases from seed %d, %d failed, %d s%n",
                        test.getSimpleName(),
                        seed - first + 1,
                        many,
                        first,
                        failures,
                        Duration.ofNanos(told - begun).toSeconds());
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}

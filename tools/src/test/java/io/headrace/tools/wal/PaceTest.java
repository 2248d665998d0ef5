package io.headrace.tools.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much of the time a command works beside an agent; the clock is driven. */
class PaceTest {
    private static final long STEP_NANOS = 100_000;

    /** As the system counts processor time. */
    private static final long TICK_NANOS = 10_000_000;

    private long now = 1;
    private long rested;
    private long processor;
    private double spare;
    private final Pace pace = new Pace(() -> now, () -> processor / TICK_NANOS * TICK_NANOS, () -> spare, nanos -> {
        now += nanos;
        rested += nanos;
    });

    @Test
    void shouldWorkForAHundredthOfTheTimeWhileOthersNeedTheProcessors() {
        spare = 1.2;
        assertThat(shareOfWork(20_000)).isCloseTo(Pace.BUSY_SHARE, within(0.002));
    }

    @Test
    void shouldWorkForHalfOfTheTimeWhereAProcessorIsLeftOver() {
        spare = 2;
        shareOfWork(500);
        assertThat(shareOfWork(20_000)).isCloseTo(Pace.IDLE_SHARE, within(0.002));
        spare = 0.1;
        shareOfWork(5_000);
        assertThat(shareOfWork(20_000)).isCloseTo(Pace.BUSY_SHARE, within(0.002));
    }

    @Test
    void shouldNotRestForLongAfterSomebodyElseWasWaitedFor() {
        now += TimeUnit.MINUTES.toNanos(1);
        pace.step();
        assertThat(rested).isLessThan(TimeUnit.SECONDS.toNanos(1)).isPositive();
        rested = 0;
        now += TimeUnit.MINUTES.toNanos(1);
        pace.begin();
        pace.step();
        assertThat(rested).isZero();
    }

    @Test
    void shouldCountWhatOtherThreadsOfTheProcessUse() {
        long usedBefore = processor;
        long begun = now;
        for (int i = 0; i < 20_000; i++) {
            now += STEP_NANOS;
            processor += 3 * STEP_NANOS;
            pace.step();
        }
        assertThat((processor - usedBefore) / (double) (now - begun)).isCloseTo(Pace.BUSY_SHARE, within(0.0005));
    }

    @Test
    void shouldNotRestForLongForWhatWasUsedOnce() {
        processor += TimeUnit.MINUTES.toNanos(1);
        // Five seconds for it, and one for these pieces.
        shareOfWork(100);
        assertThat(rested).isBetween(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10));
        shareOfWork(1_000);
        assertThat(shareOfWork(20_000)).isCloseTo(Pace.BUSY_SHARE, within(0.002));
    }

    @Test
    void shouldCountWhatNobodyButThisProcessUses() {
        int processors = Runtime.getRuntime().availableProcessors();
        String[] line = {"cpu  100 0 100 1000 100 0 0 0 0 0"};
        long[] own = {5_000_000_000L};
        ProcessorUse use = new ProcessorUse(() -> line[0], () -> own[0]);
        // Of 200 ticks 50 were idle, 10 waited for the disk, and 40 were this process's.
        line[0] = "cpu  200 0 140 1050 110 0 0 0 0 0";
        own[0] += 400_000_000L;
        assertThat(use.getAsDouble()).isCloseTo(processors * 0.5, within(0.001));
        assertThat(use.getAsDouble()).isZero();
        line[0] = "";
        assertThat(use.getAsDouble()).isZero();
    }

    private double shareOfWork(int steps) {
        long begun = now;
        long restedBefore = rested;
        for (int i = 0; i < steps; i++) {
            now += STEP_NANOS;
            processor += STEP_NANOS;
            pace.step();
        }
        return 1 - (rested - restedBefore) / (double) (now - begun);
    }
}

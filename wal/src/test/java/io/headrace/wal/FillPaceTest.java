package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FillPaceTest {
    private final AtomicLong nanos = new AtomicLong(1);
    private final Milestone appended = new Milestone();
    private final FillPace pace = new FillPace(nanos::get, appended, nanos.get());

    @Test
    void shouldFillTwiceWhatWasAppended() {
        appended.add(8 * FillPace.CHUNK_BYTES);

        assertThat(chunks()).isEqualTo(16);
    }

    @Test
    void shouldFillSlowlyWhileNothingIsAppended() {
        assertThat(chunks()).isZero();
        int chunks = 0;
        for (int i = 0; i < 100; i++) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
            chunks += chunks();
        }
        assertThat(chunks * (long) FillPace.CHUNK_BYTES).isBetween(63L << 20, 64L << 20);
    }

    /** Otherwise a log that was idle for long would fill in one burst beside a journal that syncs. */
    @Test
    void shouldSaveLittleCreditHoweverLongNothingWasFilled() {
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        appended.add(1L << 40);

        assertThat(chunks() * (long) FillPace.CHUNK_BYTES).isEqualTo(4L << 20);
    }

    @Test
    void shouldNeverHoldUpWhoWaitsAndGiveNoCreditForIt() {
        appended.add(100 * FillPace.CHUNK_BYTES);

        for (int i = 0; i < 100; i++) {
            assertThat(pace.mayFill(true)).isTrue();
        }
        assertThat(pace.mayFill(false)).isFalse();
    }

    private int chunks() {
        int chunks = 0;
        while (pace.mayFill(false)) {
            chunks++;
        }
        return chunks;
    }
}

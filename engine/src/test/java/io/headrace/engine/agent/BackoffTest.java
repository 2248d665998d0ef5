package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void shouldDoubleThePauseUpToThirtySeconds() {
        assertThat(LongStream.range(0, 12).map(i -> pauseMillis(0)))
                .containsExactly(
                        100L, 200L, 400L, 800L, 1_600L, 3_200L, 6_400L, 12_800L, 25_600L, 30_000L, 30_000L, 30_000L);
        assertThat(backoff.failures()).isEqualTo(12);
    }

    @Test
    void shouldBeginAgainAfterAGoodWhileOnly() {
        pauseMillis(0);
        pauseMillis(0);
        assertThat(pauseMillis(TimeUnit.SECONDS.toNanos(30) - 1)).isEqualTo(400);
        assertThat(pauseMillis(TimeUnit.SECONDS.toNanos(30))).isEqualTo(100);
        assertThat(backoff.failures()).isOne();
    }

    private long pauseMillis(long workedNanos) {
        return TimeUnit.NANOSECONDS.toMillis(backoff.failed(workedNanos));
    }
}

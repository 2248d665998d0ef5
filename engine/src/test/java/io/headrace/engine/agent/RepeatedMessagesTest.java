package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RepeatedMessagesTest {
    private final RepeatedMessages messages = new RepeatedMessages();

    @Test
    void shouldSayAFailureLessAndLessOften() {
        List<Long> saidAtSeconds = new ArrayList<>();
        for (long second = 0; second < 12 * 3600; second += 10) {
            if (messages.isDue("port in use, try " + second, TimeUnit.SECONDS.toNanos(second))) {
                saidAtSeconds.add(second);
            }
        }

        assertThat(saidAtSeconds)
                .startsWith(0L, 60L, 180L, 420L, 900L, 1860L, 3780L, 7380L, 10_980L)
                .hasSizeLessThan(20);
    }

    @Test
    void shouldSayEachFailureAtOnce() {
        assertThat(messages.isDue("port in use", 0)).isTrue();
        assertThat(messages.isDue("no route", 1)).isTrue();
        assertThat(messages.isDue("port in use", 2)).isFalse();
        assertThat(messages.isDue("no route", 3)).isFalse();
        assertThat(messages.silentTimes("port in use")).isOne();
        assertThat(messages.silentTimes("port in use")).isZero();
    }

    @Test
    void shouldSayARecoveryOnceForWhatWasSaid() {
        assertThat(messages.isRecoveryDue()).isFalse();
        messages.isDue("port in use", 0);
        assertThat(messages.isRecoveryDue()).isTrue();
        assertThat(messages.isRecoveryDue()).isFalse();
        messages.isDue("port in use", 1);
        assertThat(messages.isRecoveryDue()).isFalse();
    }

    @Test
    void shouldForgetTheOldestOfManyFailures() {
        for (char name = 'a'; name <= 'z'; name++) {
            assertThat(messages.isDue("failure " + name, 0)).isTrue();
        }
        assertThat(messages.isDue("failure z", 1)).isFalse();
        assertThat(messages.isDue("failure a", 1)).isTrue();
    }
}

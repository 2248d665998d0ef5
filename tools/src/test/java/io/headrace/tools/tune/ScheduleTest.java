package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldRefuseABudgetThatTrialsOfThisLengthDoNotFitInto() {
        Schedule schedule = new Schedule(Duration.ofSeconds(1_000), 1);
        schedule.took(50 * SECOND);
        assertThat(schedule.maySearch()).isTrue();
        assertThat(schedule.tooShort(1)).isNull();
        schedule = new Schedule(Duration.ofSeconds(1_000), 1);
        schedule.took(200 * SECOND);
        // Two trials of a search, two pairs, one pair at a fixed rate, and some room.
        assertThat(schedule.tooShort(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1_760));
        assertThat(schedule.tooShort(0.5)).isNull();
        assertThat(schedule.maySearch()).isFalse();
    }

    @Test
    void shouldNameABudgetThatIsLargerThanTheOneThatIsTooSmall() {
        Schedule schedule = new Schedule(Duration.ofNanos(1), 1);
        schedule.took(1);
        assertThat(schedule.tooShort(1)).isPositive();
    }

    @Test
    void shouldKeepTimeForTheComparison() {
        Schedule schedule = new Schedule(Duration.ofSeconds(1_000), 2);
        schedule.took(80 * SECOND);
        // Two pairs of four trials are 640 s, comparing two once more in the search 320 s: with some room too long.
        assertThat(schedule.maySearch()).isFalse();
        assertThat(schedule.hasRoomFor(8)).isTrue();
        assertThat(schedule.hasRoomFor(12)).isFalse();
    }

    @Test
    void shouldLearnWhatATrialTakes() {
        Schedule schedule = new Schedule(Duration.ofSeconds(100), 1);
        schedule.took(4 * SECOND);
        schedule.took(2 * SECOND);
        assertThat(schedule.trial()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void shouldMeasureLongerInALongerTimeWithinBounds() {
        assertThat(new Schedule(Duration.ofSeconds(10), 1).trialTime()).isEqualTo(Duration.ofMillis(300));
        assertThat(new Schedule(Duration.ofSeconds(90), 1).trialTime()).isEqualTo(Duration.ofSeconds(1));
        assertThat(new Schedule(Duration.ofHours(1), 1).trialTime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(new Schedule(Duration.ofHours(1), 1).probeNanos()).isEqualTo(9 * SECOND);
    }
}

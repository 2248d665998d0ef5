package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldRefuseABudgetThatTrialsOfThisLengthDoNotFitInto() {
        Schedule schedule = new Schedule(Duration.ofSeconds(1_000), 1, System::nanoTime);
        schedule.took(50 * SECOND);
        assertThat(schedule.maySearch()).isTrue();
        assertThat(schedule.tooShort(1)).isNull();
        schedule = new Schedule(Duration.ofSeconds(1_000), 1, System::nanoTime);
        schedule.took(200 * SECOND);
        // A trial of a search, two pairs, and one pair at a fixed rate.
        assertThat(schedule.tooShort(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1_400));
        assertThat(schedule.tooShort(0.5)).isNull();
        assertThat(schedule.maySearch()).isFalse();
    }

    @Test
    void shouldNameABudgetThatIsLargerThanTheOneThatIsTooSmall() {
        Schedule schedule = new Schedule(Duration.ofNanos(1), 1, System::nanoTime);
        schedule.took(1);
        assertThat(schedule.tooShort(1)).isPositive();
    }

    @Test
    void shouldKeepTimeForTheComparison() {
        Schedule schedule = new Schedule(Duration.ofSeconds(1_000), 2, System::nanoTime);
        schedule.took(80 * SECOND);
        // Two pairs of four trials are 640 s, comparing two once more in the search 320 s: with some room too long.
        assertThat(schedule.maySearch()).isFalse();
        assertThat(schedule.hasRoomFor(8)).isTrue();
        assertThat(schedule.hasRoomFor(12)).isFalse();
    }

    @Test
    void shouldNotRefuseForAFirstTrialThatWasSlow() {
        Schedule schedule = new Schedule(Duration.ofSeconds(1_000), 1, System::nanoTime);
        schedule.took(400 * SECOND);
        assertThat(schedule.tooShort(1)).isNotNull();
        schedule.took(50 * SECOND);
        assertThat(schedule.tooShort(1)).isNull();
        assertThat(schedule.trial()).isEqualTo(Duration.ofSeconds(50));
    }

    @Test
    void shouldNameABudgetWithRoomForSoManyMeasurementsAndPairs() {
        Schedule schedule = new Schedule(Duration.ofSeconds(20), 1, System::nanoTime);
        schedule.took(SECOND);
        Duration enough = schedule.sufficient(10, Schedule.LEAST_PAIRS);
        // A trial takes 0.7 s beside the time it measures, which grows with the budget.
        assertThat(enough).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(40));
        assertThat(schedule.sufficient(20, Schedule.LEAST_PAIRS)).isGreaterThan(enough);
        assertThat(schedule.sufficient(1, Schedule.MOST_PAIRS)).isGreaterThan(Duration.ofSeconds(20));
        assertThat(schedule.sufficient(100_000, Schedule.LEAST_PAIRS))
                .as("not within the longest")
                .isNull();
    }

    @Test
    void shouldMeasureLongerInALongerTimeWithinBounds() {
        assertThat(new Schedule(Duration.ofSeconds(10), 1, System::nanoTime).trialTime())
                .isEqualTo(Duration.ofMillis(300));
        assertThat(new Schedule(Duration.ofSeconds(90), 1, System::nanoTime).trialTime())
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(new Schedule(Duration.ofHours(1), 1, System::nanoTime).trialTime())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(new Schedule(Duration.ofHours(1), 1, System::nanoTime).probeNanos())
                .isEqualTo(9 * SECOND);
    }
}

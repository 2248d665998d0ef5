package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long the source wants to be left alone. */
class TaildirPausesTest extends TailRigTest {
    @Test
    void shouldNotLookLaterWhenAStreamStalls() throws IOException {
        rig.write("a.log", "line\n");
        rig.start().poll();
        flow(100);
        for (int i = 0; i < 500; i++) {
            rig.clock.advanceMillis(1);
            assertThat(rig.source.poll()).isZero();
            assertThat(pauseMillis()).as("%d ms after the last line", i).isEqualTo(1);
        }
        rig.write("a.log", "line\n");
        rig.clock.advanceMillis(1);
        assertThat(rig.source.poll()).isPositive();
    }

    @Test
    void shouldNotLookAgainAtOnceAtAFileThatItReadToItsEnd() throws IOException {
        rig.write("a.log", "line\n");
        rig.start().poll();
        rig.write("a.log", "line\n");
        rig.clock.advanceMillis(1);
        assertThat(rig.source.poll()).isPositive();
        rig.write("a.log", "line\n");
        assertThat(rig.source.poll()).as("at once").isZero();
        rig.clock.advanceMillis(pauseMillis());
        assertThat(rig.source.poll()).as("after %d ms", pauseMillis()).isPositive();
    }

    @Test
    void shouldLookLaterAndLaterWhenAStreamHasEnded() throws IOException {
        rig.write("a.log", "line\n");
        rig.start().poll();
        flow(100);
        // A second at most as before, then 1, 2, 3 ms and so on.
        assertThat(pollsIn(10_000)).isBetween(700L, 1_400L);
        assertThat(pollsIn(10_000)).isLessThan(150);
    }

    @Test
    void shouldSpendLittleOnAFileThatGrowsNowAndThen() throws IOException {
        rig.write("a.log", "line\n");
        rig.start().poll();
        long polls = 0;
        for (int i = 0; i < 10; i++) {
            rig.write("a.log", "line\n");
            polls += pollsIn(1_000);
        }
        // 44 pauses of 1, 2, 3 ms and so on fill a second, and listing wants some.
        assertThat(polls).isLessThan(800);
    }

    @Test
    void shouldBeLeftAloneWhileNothingIsDue() throws IOException {
        rig.write("a.log", "line\n");
        rig.start().poll();
        pollsIn(300_000);
        assertThat(pollsIn(60_000)).isLessThan(60 * 10);
    }

    /** A line each millisecond. */
    private void flow(int lines) throws IOException {
        for (int i = 0; i < lines; i++) {
            rig.write("a.log", "line\n");
            rig.clock.advanceMillis(1);
            assertThat(rig.source.poll()).isPositive();
            rig.source.poll();
        }
    }

    /** Polls as often as the source wants it. */
    private long pollsIn(long millis) throws IOException {
        long polls = 0;
        for (long passed = 0; passed < millis; polls++) {
            if (rig.source.poll() == 0) {
                long pause = pauseMillis();
                rig.clock.advanceMillis(pause);
                passed += pause;
            }
        }
        return polls;
    }

    private long pauseMillis() {
        return TimeUnit.NANOSECONDS.toMillis(rig.source.pauseNanos());
    }
}

package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the reader is wanted. */
class PrefetchTest {
    private static final int QUARTER = (int) (Prefetch.BOUND_BYTES / 4);

    private final Prefetch prefetch = new Prefetch(1);
    private long sequence;

    @Test
    void shouldWantMoreUntilTheBoundAndThenWhenHalfIsFree() {
        for (int i = 0; i < 4; i++) {
            assertThat(prefetch.wantsMore()).isTrue();
            add();
        }
        assertThat(prefetch.wantsMore()).isFalse();
        take(1);
        assertThat(prefetch.wantsMore()).isFalse();
        take(1);
        assertThat(prefetch.wantsMore()).isTrue();
        add();
        assertThat(prefetch.wantsMore()).as("three quarters, on the way up").isTrue();
    }

    @Test
    void shouldWantMoreWhenLeasesHoldMostOfItAndNothingIsReady() {
        for (int i = 0; i < 4; i++) {
            add();
        }
        assertThat(prefetch.wantsMore()).isFalse();
        for (int i = 0; i < 4; i++) {
            prefetch.moveFirstTo(new TakenFrame());
        }
        assertThat(prefetch.wantsMore()).as("all of it leased").isFalse();
        prefetch.unpin(QUARTER);
        assertThat(prefetch.wantsMore()).as("room, and nothing ready").isTrue();
    }

    private void add() {
        TakenFrame frame = new TakenFrame();
        frame.sequence = ++sequence;
        frame.charge = QUARTER;
        prefetch.add(frame);
    }

    private void take(int frames) {
        for (int i = 0; i < frames; i++) {
            TakenFrame taken = new TakenFrame();
            prefetch.moveFirstTo(taken);
            prefetch.unpin(taken.charge);
        }
    }
}

package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.LogDamage.SequenceRange;
import org.junit.jupiter.api.Test;

class LogLossTest {
    private final LogState state = new LogState(10, 1);
    private final LogLoss loss = new LogLoss(state);

    @Test
    void shouldMissNothingThatWasCommitted() {
        state.commit(12);
        state.commit(15);

        assertThat(loss.ofSinks(1, 10)).isEmpty();
        assertThat(loss.ofSinks(9, 16))
                .containsExactly(new SequenceRange(11, 11), new SequenceRange(13, 14), new SequenceRange(16, 16));
    }

    @Test
    void shouldMissNothingThatWasNeverUsed() {
        state.addHole(12, 1_000_000);

        assertThat(loss.ofSinks(11, 1_000_002))
                .containsExactly(new SequenceRange(11, 11), new SequenceRange(1_000_001, 1_000_002));
        assertThat(loss.ofSinks(500, 600)).isEmpty();
    }

    @Test
    void shouldTellWhatEachCursorMisses() {
        for (long sequence = 11; sequence <= 20; sequence++) {
            state.commit(sequence);
        }
        state.cursors().put("behind", new CursorState("behind", new StreamId(1, 1), "oldest", 14, 0));
        state.cursors().put("ahead", new CursorState("ahead", new StreamId(1, 2), "oldest", 20, 0));

        assertThat(loss.ofSinks(11, 20)).isEmpty();
        assertThat(loss.ofCursors(11, 16)).containsOnlyKeys("behind");
        assertThat(loss.ofCursors(11, 16).get("behind")).containsExactly(new SequenceRange(15, 16));
    }

    @Test
    void shouldEndAtTheLastSequenceThatThereIs() {
        assertThat(loss.ofSinks(Long.MAX_VALUE, Long.MAX_VALUE))
                .containsExactly(new SequenceRange(Long.MAX_VALUE, Long.MAX_VALUE));
    }
}

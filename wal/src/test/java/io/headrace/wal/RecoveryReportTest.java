package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecoveryReportTest {
    @Test
    void shouldSayWhatAPersonNeedsToKnow() {
        assertThat(new RecoveryReport(true, false, 0, 0, 0, 0, null, null, 12).summary())
                .isEqualTo("a new log, opened in 12 ms");
        assertThat(new RecoveryReport(false, true, 1, 0, 0, 0, null, null, 3).summary())
                .isEqualTo("the log of an orderly stop, 1 frame waiting at most, opened in 3 ms");
        assertThat(new RecoveryReport(false, false, 9, 2, 40, 1, "another folder", null, 7).summary())
                .isEqualTo("the log of a kill or crash, 9 frames waiting at most, 2 frames above the last checkpoint"
                        + " kept, a torn tail of 40 bytes cut, 1 frame of unknown inputs, opened in 7 ms; duplicates"
                        + " are possible: another folder");
    }
}

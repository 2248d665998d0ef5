package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testing.FuzzRun;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Damaged logs, by the thousand; by the million with {@code -Dfuzz.cases=1000000}. */
class LogFuzzTest {
    private static final int CASES = 2_000;

    @Test
    void shouldTellDamageOfAcknowledgedDataWhateverIsDamaged() throws IOException {
        LogFuzz fuzz = new LogFuzz();
        // Each case counts the buffers that it kept: a record of who touched them would take most of the time.
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try {
            FuzzRun.run("wal", LogFuzzTest.class, CASES, fuzz::run);
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
        if (Long.getLong("fuzz.cases") == null) {
            // Of each kind there are some, or the cases are worth little.
            assertThat(fuzz.outcomes.keySet())
                    .contains(
                            "sound",
                            "torn",
                            "refused",
                            "refused, repaired",
                            "found when read",
                            "found when read, repaired");
        }
    }
}

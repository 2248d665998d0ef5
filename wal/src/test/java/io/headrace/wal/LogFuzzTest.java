package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testing.FuzzRun;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Damaged logs, by the thousand; by the million with {@code -Dfuzz.cases=1000000}. */
class LogFuzzTest {
    private static final int CASES = 2_000;

    /** Cases that failed once, and why is in PROOF.md. */
    private static final long[] MENDED = {1015296, 10003288, 10024208, 10040280, 10131440, 20231532, 20364292};

    @Test
    void shouldTellDamageOfAcknowledgedDataWhateverIsDamaged() throws IOException, InterruptedException {
        List<FuzzLogs.Golden> logs = FuzzLogs.make();
        Map<String, Integer> outcomes = new ConcurrentHashMap<>();
        // Each case looks at the memory that is in use: a record of who touched them would take most of the time.
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try {
            FuzzRun.run("wal", LogFuzzTest.class, CASES, () -> new LogFuzz(FuzzLogs.copy(logs), outcomes));
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
        System.out.println(new TreeMap<>(outcomes));
        if (Long.getLong("fuzz.cases") == null) {
            // Of each kind there are some, or the cases are worth little.
            assertThat(outcomes.keySet())
                    .contains(
                            "sound",
                            "torn",
                            "refused",
                            "refused for its folders",
                            "refused, repaired",
                            "found when read",
                            "found when read, repaired");
        }
    }

    @Test
    void shouldHoldWhereItFailedOnce() throws IOException {
        LogFuzz fuzz = new LogFuzz(FuzzLogs.make(), new ConcurrentHashMap<>());
        for (long seed : MENDED) {
            fuzz.accept(seed);
        }
    }
}

package io.headrace.tools.tune;

import java.util.Map;

/** Trials that are made up. */
final class Trials {
    static final Candidate ANY = new Candidate(Map.of(Knob.BATCH, "1000"));

    private Trials() {}

    /** Under full load. */
    static Trial full(double eventsPerSecond) {
        return full(eventsPerSecond, 0.5, 0.4, 0, 0);
    }

    static Trial full(double eventsPerSecond, double processors, double busiest, double logBytes, double wireBytes) {
        return full(eventsPerSecond, processors, busiest, logBytes, wireBytes, 0.3);
    }

    static Trial full(
            double eventsPerSecond,
            double processors,
            double busiest,
            double logBytes,
            double wireBytes,
            double logWait) {
        return new Trial(
                1,
                "test",
                ANY,
                0,
                2,
                (long) (eventsPerSecond * 2),
                9_000,
                20_000,
                processors,
                busiest,
                logBytes,
                1 << 20,
                logWait,
                "direct",
                wireBytes,
                null);
    }

    /** At a fixed rate, which it keeps. */
    static Trial paced(double p50Micros, double p99Micros) {
        return new Trial(
                2, "test", ANY, 1_000, 2, 2_000, p50Micros, p99Micros, 0.1, 0.1, 2e5, 4_096, 0.5, "direct", 2e5, null);
    }
}

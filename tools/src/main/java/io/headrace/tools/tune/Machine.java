package io.headrace.tools.tune;

import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What tuning measures on.
 *
 * @param storage its files
 * @param nanoClock its time, by which the budget is kept
 * @param trials given what runs agents, what runs a trial
 */
record Machine(Storage storage, LongSupplier nanoClock, UnaryOperator<Runner> trials) {
    /** Runs a trial. Used by one thread. */
    interface Runner {
        /** See {@link TrialRunner#run}. */
        Trial run(Candidate candidate, long rate, Duration time, String stage) throws IOException;
    }

    /** This one. */
    static Machine real() {
        return new Machine(new FileStorage(), System::nanoTime, UnaryOperator.identity());
    }
}

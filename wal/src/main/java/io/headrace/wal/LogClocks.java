package io.headrace.wal;

import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** Time and chance for a log; passed in so that a simulation can drive them. */
public record LogClocks(NanoClock nanoClock, EpochClock epochClock, LongSupplier random) {
    /** The machine's own. */
    public static LogClocks system() {
        return new LogClocks(System::nanoTime, System::currentTimeMillis, new SecureRandom()::nextLong);
    }
}

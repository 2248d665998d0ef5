package io.headrace.engine.channel;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Runs duty cycles: on threads of their own in production, by hand in tests. */
public interface DutyRunner {
    /** A running duty cycle. */
    interface Running {
        /** Runs the duty cycle soon if it waits. Costs a fence and a read while it works. Any thread. */
        void wake();

        /** Ends the duty cycle after the round under way, calls its {@code onClose}, and returns when that is done. */
        void stop();
    }

    Running start(DutyCycle cycle);

    /** Calls {@code work} on a thread that nobody interrupts (R1), and returns what it returned. */
    <T> T call(String role, Callable<T> work) throws Exception;

    /** Lets time pass while a duty cycle waits for what another thread or the disk does. */
    default void pause(long nanos) {
        LockSupport.parkNanos(nanos);
    }
}

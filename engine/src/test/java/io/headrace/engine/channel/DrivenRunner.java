package io.headrace.engine.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Runs duty cycles by hand, in the calling thread. */
final class DrivenRunner implements DutyRunner {
    /** Far more than any test has work for. */
    private static final int MOST_ROUNDS = 10_000;

    private final List<Driven> cycles = new ArrayList<>();
    private final DrivenClock clock;
    private Runnable onWake = () -> {};
    private Error beforeCall;
    private Error afterCall;

    DrivenRunner() {
        this(new DrivenClock());
    }

    /** @param clock what passes while a duty cycle pauses */
    DrivenRunner(DrivenClock clock) {
        this.clock = clock;
    }

    private final class Driven implements Running {
        private final DutyCycle cycle;
        private boolean ended;
        private boolean woken = true;

        Driven(DutyCycle cycle) {
            this.cycle = cycle;
        }

        @Override
        public void wake() {
            woken = true;
            onWake.run();
        }

        @Override
        public void stop() {
            if (!ended) {
                ended = true;
                cycle.onClose();
            }
        }
    }

    @Override
    public Running start(DutyCycle cycle) {
        Driven driven = new Driven(cycle);
        cycles.add(driven);
        return driven;
    }

    @Override
    public <T> T call(String role, Callable<T> work) throws Exception {
        if (beforeCall != null) {
            throw beforeCall;
        }
        T result = work.call();
        if (afterCall != null) {
            throw afterCall;
        }
        return result;
    }

    /** How calls end from now on, without their work done. */
    void refuseCalls(Error error) {
        beforeCall = error;
    }

    /** How calls end from now on, with their work done. */
    void endCallsIn(Error error) {
        afterCall = error;
    }

    @Override
    public void pause(long nanos) {
        clock.pass(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** Something that happens on another thread at the moment of a wake-up; in the thread that wakes. */
    void onWake(Runnable meanwhile) {
        onWake = meanwhile;
    }

    int size() {
        return cycles.size();
    }

    /** One round of one duty cycle. */
    int run(int index) {
        Driven driven = cycles.get(index);
        return driven.ended ? 0 : driven.cycle.doWork();
    }

    /** A duty cycle parks: from now on it tells whether it was woken. */
    void sleep(int index) {
        cycles.get(index).woken = false;
    }

    boolean isWoken(int index) {
        return cycles.get(index).woken;
    }

    /** Rounds of all duty cycles until none has anything to do. */
    void runAll() {
        int work = 1;
        for (int round = 0; work > 0; round++) {
            checkRests(round);
            work = 0;
            for (int i = 0; i < cycles.size(); i++) {
                work += run(i);
            }
        }
    }

    /** Rounds of those duty cycles only that were woken or are due, until all would park: a missing wake-up shows. */
    void runWoken() {
        boolean any = true;
        for (int round = 0; any; round++) {
            checkRests(round);
            any = false;
            for (Driven driven : cycles) {
                if (!driven.ended && (driven.woken || driven.cycle.nanosUntilDue() <= 0)) {
                    any |= driven.woken;
                    driven.woken = false;
                    for (int more = 0; driven.cycle.doWork() > 0; more++) {
                        checkRests(more);
                        any = true;
                    }
                }
            }
        }
    }

    private static void checkRests(int rounds) {
        Promise.RESTS.check(rounds < MOST_ROUNDS, () -> rounds + " rounds, and still something to do");
    }
}

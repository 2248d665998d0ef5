package io.headrace.engine.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs duty cycles by hand, in the calling thread. */
final class DrivenRunner implements DutyRunner {
    private final List<Driven> cycles = new ArrayList<>();

    private static final class Driven implements Running {
        private final DutyCycle cycle;
        private boolean ended;
        private boolean woken = true;

        Driven(DutyCycle cycle) {
            this.cycle = cycle;
        }

        @Override
        public void wake() {
            woken = true;
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
        return work.call();
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
        while (work > 0) {
            work = 0;
            for (int i = 0; i < cycles.size(); i++) {
                work += run(i);
            }
        }
    }

    /** Rounds of those duty cycles only that were woken or are due, until all would park: a missing wake-up shows. */
    void runWoken() {
        boolean any = true;
        while (any) {
            any = false;
            for (Driven driven : cycles) {
                if (!driven.ended && (driven.woken || driven.cycle.nanosUntilDue() <= 0)) {
                    any |= driven.woken;
                    driven.woken = false;
                    while (driven.cycle.doWork() > 0) {
                        any = true;
                    }
                }
            }
        }
    }
}

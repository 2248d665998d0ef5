package io.headrace.transport.link;

import io.headrace.engine.channel.DutyCycle;
import io.headrace.engine.channel.DutyRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Runs the duty cycles of a channel by hand, in the calling thread. */
final class DrivenCycles implements DutyRunner {
    private static final int MOST_ROUNDS = 10_000;

    private final List<Driven> cycles = new ArrayList<>();
    private final DrivenTime time;

    DrivenCycles(DrivenTime time) {
        this.time = time;
    }

    private static final class Driven implements Running {
        private final DutyCycle cycle;
        private boolean ended;

        Driven(DutyCycle cycle) {
            this.cycle = cycle;
        }

        @Override
        public void wake() {
            // They run by turns here, woken or not; the simulation of the channel looks for lost wake-ups.
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

    @Override
    public void pause(long nanos) {
        time.pass(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    int size() {
        return cycles.size();
    }

    /** One round of one. */
    int run(int index) {
        Driven driven = cycles.get(index);
        return driven.ended ? 0 : driven.cycle.doWork();
    }

    /** Rounds of all until none has anything to do. */
    void runAll() {
        int work = 1;
        for (int round = 0; work > 0; round++) {
            int rounds = round;
            TierPromise.RESTS.check(round < MOST_ROUNDS, () -> rounds + " rounds, and still something to do");
            work = 0;
            for (int i = 0; i < cycles.size(); i++) {
                work += run(i);
            }
        }
    }
}

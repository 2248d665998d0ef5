package io.headrace.transport.link;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.agrona.concurrent.NanoClock;

/** Tasks for later, done when a test says so and its clock has come so far. */
final class DrivenAlarm implements LinkStreams.Alarm {
    private record Entry(long dueNanos, Runnable task) {}

    private final PriorityQueue<Entry> entries = new PriorityQueue<>(Comparator.comparingLong(Entry::dueNanos));
    private final NanoClock clock;

    DrivenAlarm(NanoClock clock) {
        this.clock = clock;
    }

    @Override
    public void after(long nanos, Runnable task) {
        entries.add(new Entry(clock.nanoTime() + nanos, task));
    }

    /** Does what is due. */
    void run() {
        while (!entries.isEmpty() && entries.peek().dueNanos() <= clock.nanoTime()) {
            entries.poll().task().run();
        }
    }

    /** When the next one is due, or -1. */
    long next() {
        return entries.isEmpty() ? -1 : entries.peek().dueNanos();
    }

    /** The thread that they were for is gone. */
    void clear() {
        entries.clear();
    }
}

package io.headrace.benchmarks.peers;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that the threads of this process allocate on the heap, but for the one that asks. Owned by one thread. */
final class Allocation {
    /** Name of the figure. */
    static final String ALLOCATED_BYTES = "allocatedBytes";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long before;

    private Allocation(long before) {
        this.before = before;
    }

    static Allocation start() {
        return new Allocation(sum());
    }

    /** Bytes since the start by the threads that are there now; all that count must still be. */
    long stop() {
        return sum() - before;
    }

    private static long sum() {
        long own = Thread.currentThread().getId();
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        long sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += ids[i] == own || bytes[i] < 0 ? 0 : bytes[i];
        }
        return sum;
    }
}

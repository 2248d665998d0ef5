package io.headrace.tools.tune;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;

/** How much of the processors this process uses, and how busy its busiest thread is. Owned by one thread. */
final class ProcessorMeter {
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> threadNanos = new HashMap<>();
    private final long processNanos = process.getProcessCpuTime();
    private final long begunNanos = System.nanoTime();

    /**
     * Use since the meter was made.
     *
     * @param all processor time of the process by the time of all its processors, 0 to 1
     * @param busiest processor time of one thread by the time, 0 to 1
     */
    record Use(double all, double busiest) {}

    ProcessorMeter() {
        for (long id : threads.getAllThreadIds()) {
            threadNanos.put(id, threads.getThreadCpuTime(id));
        }
    }

    Use read() {
        double nanos = Math.max(1, System.nanoTime() - begunNanos);
        double used = process.getProcessCpuTime() - processNanos;
        double busiest = 0;
        for (long id : threads.getAllThreadIds()) {
            busiest = Math.max(busiest, threads.getThreadCpuTime(id) - threadNanos.getOrDefault(id, 0L));
        }
        int processors = Runtime.getRuntime().availableProcessors();
        return new Use(Math.min(1, used / nanos / processors), Math.min(1, busiest / nanos));
    }
}

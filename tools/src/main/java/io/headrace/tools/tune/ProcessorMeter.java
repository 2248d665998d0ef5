package io.headrace.tools.tune;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;

/**
 * How much of the processors is used, and how busy this process's busiest thread is. What the system does for this process
 * in threads of its own counts, as does what others use: it is not there for this one. Owned by one thread.
 */
final class ProcessorMeter {
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> threadNanos = new HashMap<>();
    private final long processNanos = process.getProcessCpuTime();
    private final long begunNanos = System.nanoTime();

    /**
     * Use since the meter was made.
     *
     * @param all processor time of the process by the time of all its processors, or that of all processes by the time of
     *     all processors where that is more, 0 to 1
     * @param busiest processor time of one thread by the time, 0 to 1
     */
    record Use(double all, double busiest) {}

    ProcessorMeter() {
        // Since the call before.
        process.getCpuLoad();
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
        // Below 0 where the system does not say.
        double all = Math.max(used / nanos / processors, process.getCpuLoad());
        return new Use(Math.min(1, all), Math.min(1, busiest / nanos));
    }
}

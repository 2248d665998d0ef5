package io.headrace.benchmarks.peers;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes time, processor time of the process and what the disk was given, from {@link #start} to {@link #stop}. */
public final class Stopwatch {
    /** Bytes of events' bodies. */
    static final String BYTES = "bytes";

    static final String EVENTS = "events";
    static final String NANOS = "nanos";
    /** Processor time of all threads, nanoseconds. */
    static final String CPU_NANOS = "cpuNanos";
    /** What compilers of the virtual machine took, all threads of them. */
    static final String COMPILE_MILLIS = "compileMillis";
    /** Bytes that the disk was given meanwhile, by anybody; absent where the folder is on no disk. */
    static final String DISK_BYTES = "diskBytes";

    private final DiskCounter disk;
    private final long diskBytes;
    private final long cpuNanos;
    private final long compileMillis;
    private final long nanos;

    private Stopwatch(DiskCounter disk) throws IOException {
        this.disk = disk;
        diskBytes = disk.bytesWritten();
        cpuNanos = cpuNanos();
        compileMillis = compileMillis();
        nanos = System.nanoTime();
    }

    /**
     * @param folder where the peer writes
     */
    public static Stopwatch start(Path folder) throws IOException {
        return new Stopwatch(DiskCounter.of(folder));
    }

    /**
     * Ends the time.
     *
     * @param bytes of bodies
     */
    public Map<String, String> stop(long events, long bytes) throws IOException {
        long end = System.nanoTime();
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put(EVENTS, Long.toString(events));
        figures.put(BYTES, Long.toString(bytes));
        figures.put(NANOS, Long.toString(end - nanos));
        figures.put(CPU_NANOS, Long.toString(cpuNanos() - cpuNanos));
        figures.put(COMPILE_MILLIS, Long.toString(compileMillis() - compileMillis));
        if (disk.isDisk()) {
            figures.put(DISK_BYTES, Long.toString(disk.bytesWritten() - diskBytes));
        }
        return figures;
    }

    private static long compileMillis() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        return compilers == null ? 0 : compilers.getTotalCompilationTime();
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}

package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until the disk rests, so that no peer pays for what another one left to be written. */
public final class Settle {
    /** Variable of the environment: {@code yes} in all processes of a quick run. */
    public static final String QUICK = "HEADRACE_BENCHMARKS_QUICK";

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int QUIET_LOOKS = 3;
    private static final long FEW_BYTES = 256 * 1024;
    private static final long LONGEST_MILLIS = 10_000;
    private static final long QUICK_MILLIS = 1_000;

    private Settle() {}

    /**
     * Has everything written that waits to be, and returns when nearly nothing was written for 0.3 s, or after 10 s; in a
     * quick run for 0.1 s, or after 1 s.
     */
    static void disk(Path folder) throws IOException {
        disk(folder, "yes".equals(System.getenv(QUICK)));
    }

    /** The same for a process that knows by itself whether the run is quick. */
    public static void disk(Path folder, boolean quick) throws IOException {
        disk(folder, quick ? QUICK_MILLIS : LONGEST_MILLIS, quick ? 1 : QUIET_LOOKS);
    }

    private static void disk(Path folder, long longestMillis, int quietLooks) throws IOException {
        Process sync = new ProcessBuilder("sync").inheritIO().start();
        int exit = sync.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("sync: exit code " + exit + " (expected: 0)");
        }
        DiskCounter disk = DiskCounter.of(folder);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestMillis);
        long before = disk.bytesWritten();
        int quiet = 0;
        while (quiet < quietLooks && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = disk.bytesWritten();
            quiet = now - before < FEW_BYTES ? quiet + 1 : 0;
            before = now;
        }
    }
}

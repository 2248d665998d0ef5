package io.headrace.tools.wal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How many processors of this machine nobody but this process uses, from the first line of Linux's {@code /proc/stat}; none
 * where there is no such file. Owned by one thread.
 */
final class ProcessorUse implements DoubleSupplier {
    private static final Path STAT = Path.of("/proc/stat");
    private static final int IDLE = 3;
    private static final int WAITING_FOR_DISK = 4;
    private static final int STEAL = 7;

    private final Supplier<String> times;
    private final LongSupplier ownNanos;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private long lastAll;
    private long lastIdle;
    private long lastOwn;

    /**
     * Reads what is given.
     *
     * @param times the line {@code cpu user nice system idle iowait ...}, or an empty text
     * @param ownNanos processor time of this process
     */
    ProcessorUse(Supplier<String> times, LongSupplier ownNanos) {
        this.times = times;
        this.ownNanos = ownNanos;
        look();
    }

    /** Since the last call. */
    @Override
    public double getAsDouble() {
        return look();
    }

    private double look() {
        String[] words = times.get().trim().split(" +");
        long own = ownNanos.getAsLong();
        if (words.length <= STEAL + 1) {
            return 0;
        }
        long all = 0;
        for (int i = 0; i <= STEAL; i++) {
            all += Long.parseLong(words[i + 1]);
        }
        long idle = Long.parseLong(words[IDLE + 1]) + Long.parseLong(words[WAITING_FOR_DISK + 1]);
        long ticks = all - lastAll;
        // A tick is a hundredth of a second of one processor wherever Linux runs.
        double spare = ticks <= 0 ? 0 : processors * (idle - lastIdle + (own - lastOwn) / 1e7) / (double) ticks;
        lastAll = all;
        lastIdle = idle;
        lastOwn = own;
        return spare;
    }

    static String readTimes() {
        try {
            String text = Files.readString(STAT);
            int end = text.indexOf('\n');
            return text.startsWith("cpu ") && end > 0 ? text.substring(0, end) : "";
        } catch (IOException e) {
            // Not Linux, or hidden: then nothing is known to be left over.
            return "";
        }
    }
}

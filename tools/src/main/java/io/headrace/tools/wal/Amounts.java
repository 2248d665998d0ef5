package io.headrace.tools.wal;

import java.util.Locale;

/** Numbers for people. Pure functions. */
public final class Amounts {
    private static final long KIB = 1024;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Amounts() {}

    /** {@code 1,234 frames}, {@code 1 frame}. */
    public static String of(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }

    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    public static String bytes(long bytes) {
        if (bytes < KIB) {
            return of(bytes, "byte");
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= KIB && unit < UNITS.length - 1) {
            amount /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    /** How long something took or is ago: {@code 3.2 s}, {@code 5 min}, {@code 2 d 4 h}. */
    public static String millis(long millis) {
        long time = Math.max(0, millis);
        if (time < MINUTE) {
            return String.format(Locale.ROOT, "%.1f s", time / (double) SECOND);
        }
        if (time < HOUR) {
            return time / MINUTE + " min " + time % MINUTE / SECOND + " s";
        }
        if (time < DAY) {
            return time / HOUR + " h " + time % HOUR / MINUTE + " min";
        }
        return time / DAY + " d " + time % DAY / HOUR + " h";
    }
}

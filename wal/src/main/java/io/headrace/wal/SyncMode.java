package io.headrace.wal;

import java.util.Locale;

/**
 * When a written group is synced, and so which milestone acknowledges it.
 *
 * @param kind always, at an interval, or never
 * @param intervalNanos for {@link Kind#INTERVAL}
 */
public record SyncMode(Kind kind, long intervalNanos) {
    /** The three kinds. */
    public enum Kind {
        /** After each group; acknowledged when durable. */
        ALWAYS,
        /** At most so long after a write, also when traffic stops; acknowledged when written. */
        INTERVAL,
        /** By the operating system; acknowledged when written. */
        NEVER
    }

    public static final SyncMode ALWAYS = new SyncMode(Kind.ALWAYS, 0);
    public static final SyncMode NEVER = new SyncMode(Kind.NEVER, 0);

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return kind == Kind.INTERVAL
                ? Long.toString(intervalNanos / 1_000_000)
                : kind.name().toLowerCase(Locale.ROOT);
    }

    public static SyncMode every(long millis) {
        if (millis < 1 || millis > 3_600_000) {
            throw new IllegalArgumentException("sync: " + millis + " (expected: always, never or 1 to 3600000 ms)");
        }
        return new SyncMode(Kind.INTERVAL, millis * 1_000_000);
    }

    /** Reads {@code always}, {@code never} or milliseconds. */
    public static SyncMode parse(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "always" -> ALWAYS;
            case "never" -> NEVER;
            default -> {
                try {
                    yield every(Long.parseLong(text.trim()));
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "sync: " + text + " (expected: always, never or milliseconds)", e);
                }
            }
        };
    }
}

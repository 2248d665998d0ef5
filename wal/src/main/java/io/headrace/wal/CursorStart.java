package io.headrace.wal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/**
 * A cursor as a configuration asks for it: where it begins when it is made, which happens once.
 *
 * @param name letters, digits, {@code - _ .}; not {@value #SINKS}
 * @param text as configured
 * @param kind what the text means
 * @param value the sequence, or the time in microseconds since the epoch
 */
public record CursorStart(String name, String text, Kind kind, long value) {
    /** The name under which the sinks' own cursor is shown; no other has it. */
    public static final String SINKS = "sinks";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final long MICROS = 1_000_000;

    /** Where a cursor can begin. */
    public enum Kind {
        /** At the oldest frame that the log still holds. */
        OLDEST,
        /** Behind the newest frame. */
        LATEST,
        /** At a sequence. */
        SEQUENCE,
        /** At the first frame, in the order of the log, that was created at this time or later. */
        TIME
    }

    /**
     * Reads a configured start.
     *
     * @throws IllegalArgumentException that names the key, the value and what is expected
     */
    public static CursorStart parse(String name, String text) {
        if (!NAME.matcher(name).matches() || name.equals(SINKS)) {
            throw new IllegalArgumentException("cursors: " + name
                    + " (expected: a name of 1 to 64 letters, digits, - and _, other than " + SINKS + ")");
        }
        String bare = text.strip();
        switch (bare) {
            case "oldest" -> {
                return new CursorStart(name, bare, Kind.OLDEST, 0);
            }
            case "latest" -> {
                return new CursorStart(name, bare, Kind.LATEST, 0);
            }
            default -> {
                if (NUMBER.matcher(bare).matches()) {
                    return new CursorStart(name, bare, Kind.SEQUENCE, Long.parseLong(bare));
                }
                return new CursorStart(name, bare, Kind.TIME, micros(name, bare));
            }
        }
    }

    private static long micros(String name, String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / 1000);
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "cursors." + name + ".start: " + text
                            + " (expected: oldest, latest, a sequence, or a time with its zone such as"
                            + " 2026-11-21T08:00:00Z)",
                    e);
        }
    }
}

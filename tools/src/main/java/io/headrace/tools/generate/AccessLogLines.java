package io.headrace.tools.generate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Lines of a web server's access log: the same for the same seed, no two alike (each carries its number), of different
 * lengths whose mean is exact: after the last line, {@code lines * meanBytes} bytes were written, line feeds included.
 * Owned by one thread; allocates once a second of log time.
 */
public final class AccessLogLines {
    public static final int MIN_MEAN_BYTES = 64;
    public static final int MAX_MEAN_BYTES = 1 << 20;
    /** What the number in a line has room for. */
    public static final long MAX_LINES = 9_999_999_999L;

    private static final int NUMBER_DIGITS = 10;
    private static final int LINES_PER_SECOND = 997;
    private static final int MOST_JITTER = 40;
    /** Above any line without filling: address 14, time 35, request 7 + 13 + 4 + 10 + 3, the rest 21. */
    private static final int FULL_BYTES = 112;

    private static final int SHORT_BYTES = 58;
    private static final Instant FIRST_TIME = Instant.parse("2026-11-01T00:00:00Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final byte[][] METHODS = ascii("GET", "GET", "GET", "GET", "GET", "POST", "PUT", "DELETE");
    private static final byte[][] PATHS =
            ascii("/", "/cart", "/search", "/login", "/api/v1/items", "/api/v1/users", "/static/app", "/health");
    private static final byte[][] STATUSES = ascii("200", "200", "200", "200", "204", "304", "404", "500");
    private static final byte[] LETTERS = ascii("etaoinshrdlucmfwypvbgk+-")[0];
    private static final byte[] NETWORK = ascii("10.")[0];
    private static final byte[] USER_AND_TIME = ascii(" - - [")[0];
    private static final byte[] REQUEST = ascii("] \"")[0];
    private static final byte[] NUMBER = ascii("?id=")[0];
    private static final byte[] FILLING = ascii("&q=")[0];
    private static final byte[] PROTOCOL = ascii(" HTTP/1.1\" ")[0];

    private final long lines;
    private final int meanBytes;
    private final int jitter;
    private final boolean full;
    private final byte[] filling;
    private long random;
    private byte[] time;
    private long written;
    private long bytes;

    public AccessLogLines(long seed, long lines, int meanBytes) {
        if (lines < 0 || lines > MAX_LINES) {
            throw new IllegalArgumentException("lines: " + lines + " (expected: 0.." + MAX_LINES + ")");
        }
        if (meanBytes < MIN_MEAN_BYTES || meanBytes > MAX_MEAN_BYTES) {
            throw new IllegalArgumentException(
                    "bytes: " + meanBytes + " (expected: " + MIN_MEAN_BYTES + ".." + MAX_MEAN_BYTES + ")");
        }
        this.lines = lines;
        this.meanBytes = meanBytes;
        this.full = meanBytes > FULL_BYTES;
        this.jitter = Math.min(MOST_JITTER, meanBytes - (full ? FULL_BYTES : SHORT_BYTES));
        this.random = seed;
        this.filling = new byte[4096 + meanBytes + 2 * MOST_JITTER];
        for (int index = 0; index < filling.length; index++) {
            filling[index] = LETTERS[below(LETTERS.length)];
        }
    }

    /** No line is longer than this. */
    public int maxLineBytes() {
        return meanBytes + 2 * MOST_JITTER;
    }

    public boolean hasNext() {
        return written < lines;
    }

    /** Lines so far. */
    public long linesWritten() {
        return written;
    }

    /** Bytes so far. */
    public long bytesWritten() {
        return bytes;
    }

    /** Writes the next line, which needs up to {@link #maxLineBytes()}, and returns where it ends. */
    public int write(byte[] target, int start) {
        if (full && written % LINES_PER_SECOND == 0) {
            time = TIME.format(FIRST_TIME.plusSeconds(written / LINES_PER_SECOND))
                    .getBytes(StandardCharsets.US_ASCII);
        }
        long number = written++;
        // What was written may run ahead of the mean or lag behind it by the jitter; the last line evens it out.
        int deviation = hasNext() ? below(2 * jitter + 1) - jitter : 0;
        int wanted = (int) (written * meanBytes + deviation - bytes);
        int end = full ? writeFull(target, start, number, wanted) : writeShort(target, start, number, wanted);
        bytes += end - start;
        return end;
    }

    private int writeFull(byte[] target, int start, long number, int wanted) {
        long choice = next();
        byte[] status = STATUSES[(int) (choice >>> 6) & 7];
        int size = (int) (choice >>> 9) & 0xFFFF;
        int at = writeAddress(target, start, choice >>> 32);
        at = put(target, at, USER_AND_TIME);
        at = put(target, at, time);
        at = put(target, at, REQUEST);
        at = put(target, at, METHODS[(int) choice & 7]);
        target[at++] = ' ';
        at = put(target, at, PATHS[(int) (choice >>> 3) & 7]);
        at = put(target, at, NUMBER);
        at = putNumber(target, at, number);
        at = put(target, at, FILLING);
        int rest = PROTOCOL.length + status.length + 1 + decimalDigits(size) + 1;
        at = putFilling(target, at, wanted - rest - (at - start));
        at = put(target, at, PROTOCOL);
        at = put(target, at, status);
        target[at++] = ' ';
        at = putDecimal(target, at, size);
        target[at++] = '\n';
        return at;
    }

    private int writeShort(byte[] target, int start, long number, int wanted) {
        long choice = next();
        int at = writeAddress(target, start, choice >>> 32);
        target[at++] = ' ';
        at = put(target, at, METHODS[(int) choice & 7]);
        target[at++] = ' ';
        at = put(target, at, PATHS[(int) (choice >>> 3) & 7]);
        at = put(target, at, NUMBER);
        at = putNumber(target, at, number);
        target[at++] = '&';
        at = putFilling(target, at, wanted - 5 - (at - start));
        target[at++] = ' ';
        at = put(target, at, STATUSES[(int) (choice >>> 6) & 7]);
        target[at++] = '\n';
        return at;
    }

    private static int writeAddress(byte[] target, int start, long choice) {
        int at = put(target, start, NETWORK);
        at = putDecimal(target, at, (int) choice & 0xFF);
        target[at++] = '.';
        at = putDecimal(target, at, (int) (choice >>> 8) & 0xFF);
        target[at++] = '.';
        return putDecimal(target, at, (int) (choice >>> 16) & 0xFF);
    }

    private int putFilling(byte[] target, int at, int length) {
        if (length <= 0) {
            return at;
        }
        System.arraycopy(filling, below(4096), target, at, length);
        return at + length;
    }

    private static int put(byte[] target, int at, byte[] text) {
        System.arraycopy(text, 0, target, at, text.length);
        return at + text.length;
    }

    private static int putNumber(byte[] target, int at, long number) {
        long rest = number;
        for (int index = at + NUMBER_DIGITS - 1; index >= at; index--) {
            target[index] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + NUMBER_DIGITS;
    }

    private static int putDecimal(byte[] target, int at, int number) {
        int end = at + decimalDigits(number);
        int rest = number;
        int index = end;
        do {
            target[--index] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        return end;
    }

    private static int decimalDigits(int number) {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /** SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    private long next() {
        random += 0x9E3779B97F4A7C15L;
        long mixed = (random ^ random >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    private static byte[][] ascii(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int index = 0; index < texts.length; index++) {
            bytes[index] = texts[index].getBytes(StandardCharsets.US_ASCII);
        }
        return bytes;
    }
}

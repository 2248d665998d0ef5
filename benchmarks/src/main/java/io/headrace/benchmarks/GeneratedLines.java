package io.headrace.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Lines of a web server's log in one direct buffer: the same for the same seed. Immutable once made; any thread. */
public final class GeneratedLines {
    private static final String[] METHODS = {"GET", "GET", "GET", "POST", "PUT", "HEAD"};
    private static final int SHORTEST = 64;
    private static final int NUMBER_DIGITS = 10;

    private final ByteBuffer bytes;
    private final int[] offsets;

    /**
     * @param lineBytes length of each line without its line feed, at least 64
     */
    public GeneratedLines(long seed, int lines, int lineBytes) {
        if (lineBytes < SHORTEST) {
            throw new IllegalArgumentException("lineBytes: " + lineBytes + " (expected: >= " + SHORTEST + ")");
        }
        SplittableRandom random = new SplittableRandom(seed);
        bytes = ByteBuffer.allocateDirect(lines * (lineBytes + 1));
        offsets = new int[lines + 1];
        for (int i = 0; i < lines; i++) {
            offsets[i] = bytes.position();
            byte[] request = request(random, i).getBytes(StandardCharsets.US_ASCII);
            bytes.put(request, 0, Math.min(request.length, lineBytes));
            fill(random, offsets[i] + lineBytes);
            bytes.put((byte) '\n');
        }
        offsets[lines] = bytes.position();
        bytes.flip();
    }

    /** Not by a format: peers make lines before they are measured, and compiling that took a second then. */
    private static String request(SplittableRandom random, int line) {
        String number = Integer.toString(line);
        return "10." + random.nextInt(256) + '.' + random.nextInt(256) + '.' + random.nextInt(256) + " - - "
                + "0".repeat(Math.max(0, NUMBER_DIGITS - number.length())) + number + " \""
                + METHODS[random.nextInt(METHODS.length)] + " /item/" + random.nextInt(1_000_000) + " HTTP/1.1\" 200 "
                + random.nextInt(65_536) + ' ';
    }

    private void fill(SplittableRandom random, int end) {
        while (bytes.position() < end) {
            bytes.put((byte) ('a' + random.nextInt(26)));
        }
    }

    /** How many there are. */
    public int count() {
        return offsets.length - 1;
    }

    /** All lines, each with its line feed; to be read by absolute index or through a duplicate. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Where a line begins. */
    public int offset(int line) {
        return offsets[line];
    }

    /** Without the line feed. */
    public int length(int line) {
        return offsets[line + 1] - offsets[line] - 1;
    }
}

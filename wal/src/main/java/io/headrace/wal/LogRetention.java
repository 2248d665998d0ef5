package io.headrace.wal;

/**
 * How long released segments are kept for replay: while they are younger than {@code millis} and all of them together
 * within {@code bytes}. 0 is no limit, both 0 keep nothing.
 *
 * @param millis since the segment was written last
 * @param bytes of released segments, as large as their files are
 */
public record LogRetention(long millis, long bytes) {
    /** Released segments are used again at once. */
    public static final LogRetention NONE = new LogRetention(0, 0);

    public LogRetention {
        if (millis < 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "retention: " + millis + " ms, " + bytes + " bytes (expected: 0 or more of each)");
        }
    }

    boolean keepsAnything() {
        return millis > 0 || bytes > 0;
    }

    /** Whether a released segment may stay. */
    boolean keeps(long writtenMillis, long nowMillis, long releasedBytes) {
        return keepsAnything()
                && (millis == 0 || nowMillis - writtenMillis < millis)
                && (bytes == 0 || releasedBytes <= bytes);
    }
}

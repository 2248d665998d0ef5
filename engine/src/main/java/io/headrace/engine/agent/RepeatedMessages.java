package io.headrace.engine.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Which messages of a component are worth a line: each the first time, and again after a minute, two, four, up to an
 * hour while it lasts. Messages that differ in numbers only are the same. Not safe for several threads.
 */
final class RepeatedMessages {
    static final long FIRST_NANOS = TimeUnit.MINUTES.toNanos(1);
    static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final int MOST_KEPT = 8;
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private static final class Said {
        private long atNanos;
        private long pauseNanos = FIRST_NANOS;
        private long silent;
    }

    private final Map<String, Said> all = new LinkedHashMap<>(16, 0.75f, true);
    private boolean anySince;

    /** Whether to write the message now; otherwise it is counted. */
    boolean isDue(String message, long nowNanos) {
        String key = NUMBER.matcher(message).replaceAll("#");
        Said said = all.get(key);
        if (said == null) {
            if (all.size() == MOST_KEPT) {
                all.remove(all.keySet().iterator().next());
            }
            said = new Said();
            all.put(key, said);
        } else if (nowNanos - said.atNanos < said.pauseNanos) {
            said.silent++;
            return false;
        } else {
            said.pauseNanos = Math.min(LONGEST_NANOS, 2 * said.pauseNanos);
        }
        said.atNanos = nowNanos;
        anySince = true;
        return true;
    }

    /** How often the message came without being written since this was asked last. */
    long silentTimes(String message) {
        Said said = all.get(NUMBER.matcher(message).replaceAll("#"));
        long times = said == null ? 0 : said.silent;
        if (said != null) {
            said.silent = 0;
        }
        return times;
    }

    /** All is well again: whether that is worth a line, since a failure was. */
    boolean isRecoveryDue() {
        boolean due = anySince;
        anySince = false;
        return due;
    }
}

package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.wal.LogSettings.Appender;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads values as they are written at the command line and in configurations. A text that is none throws {@link
 * IllegalArgumentException} as {@code name: text (expected: ...)}. Pure functions.
 */
public final class BenchValues {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmg])?b?");
    private static final Pattern COUNT = Pattern.compile("[\\d_,]{1,24}");
    private static final String AUTO = "auto";

    private BenchValues() {}

    /** {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h}; a number alone is seconds. */
    public static Duration duration(String name, String text) {
        Matcher matcher = DURATION.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(name, text, "a time such as 500ms, 10s or 2m");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** Bytes, also with k, m or g. */
    public static long bytes(String name, String text, long least, long most) {
        Matcher matcher = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
        String expected = least + " to " + most + " bytes, also with k, m or g";
        if (!matcher.matches()) {
            throw wrong(name, text, expected);
        }
        int shift = matcher.group(2) == null ? 0 : 10 * ("kmg".indexOf(matcher.group(2)) + 1);
        long value = Long.parseLong(matcher.group(1)) << shift;
        if (value < least || value > most) {
            throw wrong(name, text, expected);
        }
        return value;
    }

    /** A whole number, also as {@code 1_000_000}. */
    public static long count(String name, String text, long least, long most) {
        String expected = "a whole number, " + least + " to " + most;
        try {
            long value = COUNT.matcher(text.trim()).matches()
                    ? Long.parseLong(text.trim().replaceAll("[_,]", ""))
                    : least - 1;
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException tooLarge) {
            throw wrong(name, text, expected);
        }
        throw wrong(name, text, expected);
    }

    /** {@code memory}, {@code dual} or {@code file}. */
    public static ChannelPolicy policy(String name, String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "memory" -> ChannelPolicy.MEMORY;
            case "dual" -> ChannelPolicy.DUAL;
            case "file" -> ChannelPolicy.FILE;
            default -> throw wrong(name, text, "memory, dual or file");
        };
    }

    /** The name of an appender; null for {@code auto}. */
    public static Appender appender(String name, String text) {
        if (text.trim().equalsIgnoreCase(AUTO)) {
            return null;
        }
        for (Appender appender : Appender.values()) {
            if (appender.name().equalsIgnoreCase(text.trim())) {
                return appender;
            }
        }
        throw wrong(name, text, "auto, mapped, positional or direct");
    }

    /** The name of a wait strategy. */
    public static WaitStrategyKind waitStrategy(String name, String text) {
        for (WaitStrategyKind kind : WaitStrategyKind.values()) {
            if (kind.name().equalsIgnoreCase(text.trim())) {
                return kind;
            }
        }
        throw wrong(name, text, "adaptive, blocking, yield or spin");
    }

    private static IllegalArgumentException wrong(String name, String text, String expected) {
        return new IllegalArgumentException(name + ": " + text + " (expected: " + expected + ")");
    }
}

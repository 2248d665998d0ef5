package io.headrace.engine.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Turns the text of one value into the type of its record component. */
final class SettingParser {
    private static final Pattern DURATION = Pattern.compile("(-?\\d+)\\s*(ms|s|m|h|d)?");
    private static final Pattern SIZE = Pattern.compile("(-?\\d+)\\s*(?:([kmgt])(?:i?b)?|b)?");
    private static final Pattern COMMENT_TAIL = Pattern.compile("(.*?)\\s+#.*", Pattern.DOTALL);

    /** A hundred years: what is longer, such as {@link Long#MAX_VALUE} for "never", would overflow in nanoseconds. */
    private static final long LONGEST_MILLIS = Duration.ofDays(36_525).toMillis();

    /** A text that is not of the type; the message is the expectation. */
    static final class Unexpected extends Exception {
        private static final long serialVersionUID = 1L;

        Unexpected(String expectation) {
            super(expectation);
        }
    }

    private SettingParser() {}

    /** The type inside an Optional, or the type itself. */
    static Type unwrapped(Type type) {
        return type instanceof ParameterizedType p && p.getRawType() == Optional.class
                ? p.getActualTypeArguments()[0]
                : type;
    }

    /** Whether any text is a value of the type, a comment at its end included. */
    static boolean isText(Type type) {
        Type inner = unwrapped(type);
        return inner == String.class || inner == Path.class || raw(inner) == Map.class || isPaths(inner);
    }

    private static boolean isPaths(Type type) {
        return raw(type) == List.class && ((ParameterizedType) type).getActualTypeArguments()[0] == Path.class;
    }

    /** What stands before a blank and {@code #...}, or null when there is no such tail. */
    static String withoutComment(String text) {
        Matcher matcher = COMMENT_TAIL.matcher(text);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /** The text without a comment behind it. */
    static String bare(String text) {
        String bare = withoutComment(text);
        return bare == null ? text : bare;
    }

    static Object parse(Type declared, Setting setting, String text) throws Unexpected {
        Type type = unwrapped(declared);
        if (type == int.class || type == Integer.class) {
            return (int) number(setting, text, Integer.MIN_VALUE, Integer.MAX_VALUE);
        } else if (type == long.class || type == Long.class) {
            return number(setting, text, Long.MIN_VALUE, Long.MAX_VALUE);
        } else if (type == double.class || type == Double.class) {
            return decimal(setting, text);
        } else if (type == boolean.class || type == Boolean.class) {
            return bool(text);
        } else if (type == String.class) {
            return text;
        } else if (type == Path.class) {
            return path(text);
        } else if (type == Duration.class) {
            return duration(setting, text);
        } else if (isPaths(type)) {
            return paths(text);
        } else if (raw(type) == List.class) {
            return list(text);
        } else if (type instanceof Class<?> c && c.isEnum()) {
            return constant(c, text);
        }
        throw new IllegalArgumentException("@Setting on a component of type " + type.getTypeName()
                + " (expected: int, long, double, boolean, String, an enum, List<String>, List<Path>, Map<String, String>, Path,"
                + " Duration or an Optional of one)");
    }

    /** A value as it would be written. */
    static String print(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? print(optional.get()) : "";
        } else if (value instanceof Duration duration) {
            return duration.toMillis() + " ms";
        } else if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(" "));
        } else if (value instanceof Enum<?> constant) {
            return spelled(constant);
        }
        return String.valueOf(value);
    }

    static List<String> list(String text) {
        return Arrays.stream(text.trim().split("[\\s,]+"))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
    }

    private static long number(Setting setting, String text, long smallest, long largest) throws Unexpected {
        long min = Math.max(setting.min(), smallest);
        long max = Math.min(setting.max(), largest);
        String kind = setting.unit().isEmpty() ? "a whole number" : "a whole number of " + setting.unit();
        String expectation = range(kind, min, max, smallest, largest);
        long value;
        if (setting.unit().equals("bytes")) {
            Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new Unexpected(expectation + ", also with k, m or g");
            }
            int shift = matcher.group(2) == null ? 0 : 10 * ("kmgt".indexOf(matcher.group(2)) + 1);
            value = scaled(matcher.group(1), 1L << shift, expectation);
        } else {
            value = scaled(text, 1, expectation);
        }
        if (value < min || value > max) {
            throw new Unexpected(expectation);
        }
        return value;
    }

    private static long scaled(String digits, long factor, String expectation) throws Unexpected {
        try {
            return Math.multiplyExact(Long.parseLong(digits), factor);
        } catch (NumberFormatException | ArithmeticException e) {
            Unexpected unexpected = new Unexpected(expectation);
            unexpected.initCause(e);
            throw unexpected;
        }
    }

    private static double decimal(Setting setting, String text) throws Unexpected {
        String expectation = range("a number", setting.min(), setting.max(), Long.MIN_VALUE, Long.MAX_VALUE);
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            Unexpected unexpected = new Unexpected(expectation);
            unexpected.initCause(e);
            throw unexpected;
        }
        if (!(value >= setting.min() && value <= setting.max())) {
            throw new Unexpected(expectation);
        }
        return value;
    }

    private static boolean bool(String text) throws Unexpected {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Unexpected("true or false");
        };
    }

    private static Path path(String text) throws Unexpected {
        boolean atHome = text.equals("~") || text.startsWith("~/");
        try {
            return Path.of(atHome ? System.getProperty("user.home") + text.substring(1) : text);
        } catch (InvalidPathException e) {
            Unexpected unexpected = new Unexpected("a path; " + e.getReason());
            unexpected.initCause(e);
            throw unexpected;
        }
    }

    /** Between commas only: a path may have blanks in it. */
    private static List<Path> paths(String text) throws Unexpected {
        List<Path> paths = new ArrayList<>();
        for (String item : text.split(",")) {
            if (!item.isBlank()) {
                paths.add(path(item.trim()));
            }
        }
        return List.copyOf(paths);
    }

    private static Duration duration(Setting setting, String text) throws Unexpected {
        String unit = setting.unit().isEmpty() ? "ms" : setting.unit();
        long unitMillis = millis(unit);
        String expectation = range("a time in " + unit, setting.min(), setting.max(), Long.MIN_VALUE, Long.MAX_VALUE)
                + ", or with ms, s, m, h or d";
        Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new Unexpected(expectation);
        }
        long factor = matcher.group(2) == null ? unitMillis : millis(matcher.group(2));
        long value = scaled(matcher.group(1), factor, expectation);
        boolean tooSmall = setting.min() != Long.MIN_VALUE && value < setting.min() * unitMillis;
        boolean tooLarge = setting.max() != Long.MAX_VALUE && value > setting.max() * unitMillis;
        if (tooSmall || tooLarge) {
            throw new Unexpected(expectation);
        }
        return Duration.ofMillis(Math.max(-LONGEST_MILLIS, Math.min(value, LONGEST_MILLIS)));
    }

    private static long millis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default ->
                throw new IllegalArgumentException("unit of a Duration: " + unit + " (expected: ms, s, m, h or d)");
        };
    }

    private static Object constant(Class<?> type, String text) throws Unexpected {
        String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(wanted)) {
                return constant;
            }
            names.add(spelled((Enum<?>) constant));
        }
        throw new Unexpected("one of " + String.join(", ", names));
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String range(String kind, long min, long max, long smallest, long largest) {
        boolean low = min != smallest && min != Long.MIN_VALUE;
        boolean high = max != largest && max != Long.MAX_VALUE;
        if (low && high) {
            return kind + " from " + min + " to " + max;
        } else if (low) {
            return kind + " >= " + min;
        } else if (high) {
            return kind + " <= " + max;
        }
        return kind;
    }
}

package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Spread;
import java.util.Locale;

/** Numbers as the report writes them: three figures where the unit is small, all of them from a hundred on. */
final class Numbers {
    private static final String[] SUFFIXES = {"", " k", " M", " G", " T"};
    private static final double THOUSAND = 1000;
    private static final long KIBI = 1024;

    private Numbers() {}

    /** 1,784,758 or 48.2 or 1.46 or 0.213. */
    static String figure(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        // At the limits as rounded: 99.96 is 100, not 100.0.
        if (size >= 99.95) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size >= 9.995) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        if (size >= 0.9995) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
        return String.format(Locale.ROOT, size >= 0.0995 ? "%.3f" : size >= 0.00995 ? "%.4f" : "%.2g", value);
    }

    /** 1.78 M, for axes: three figures at most, no trailing zeros. */
    static String compact(double value) {
        double rest = Math.abs(value);
        int suffix = 0;
        while (rest >= THOUSAND * 0.9995 && suffix < SUFFIXES.length - 1) {
            rest /= THOUSAND;
            suffix++;
        }
        String text = String.format(Locale.ROOT, rest >= 99.95 ? "%.0f" : rest >= 9.995 ? "%.1f" : "%.2f", rest);
        if (rest > 0 && rest < 0.00995) {
            text = String.format(Locale.ROOT, "%.4f", rest);
        } else if (rest > 0 && rest < 0.0995) {
            text = String.format(Locale.ROOT, "%.3f", rest);
        }
        if (text.indexOf('.') >= 0) {
            text = text.replaceFirst("\\.?0+$", "");
        }
        return (value < 0 ? "-" : "") + text + SUFFIXES[suffix];
    }

    /** A value of an axis in a table: whole numbers as they are. */
    static String value(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : figure(value);
    }

    /** A value of an axis: 64 Ki for 65,536, otherwise as {@link #compact}. */
    static String onAxis(double value) {
        long whole = (long) value;
        if (whole == value && whole >= KIBI && Long.bitCount(whole) == 1) {
            return whole >= KIBI * KIBI ? whole / KIBI / KIBI + " Mi" : whole / KIBI + " Ki";
        }
        return compact(value);
    }

    /** The median, with smallest and largest where there were several rounds. */
    static String withSpread(Spread spread) {
        return figure(spread.median()) + range(spread);
    }

    /** Smallest and largest in parentheses, or nothing after a single round. */
    static String range(Spread spread) {
        return spread.isSpread() ? " (" + figure(spread.smallest()) + " to " + figure(spread.largest()) + ")" : "";
    }

    /** As short as it can be without loss: 50 or 99.9. */
    static String trimmed(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** A coordinate in a drawing. */
    static String at(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}

package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people, 80 columns wide. Pure functions. */
public final class BenchText {
    private static final int WIDTH = 80;
    private static final double MICROS_A_MILLI = 1e3;

    private BenchText() {}

    /** The line of what is about to be done, and the table. */
    public static String of(BenchReport report, Comparison comparison) {
        StringBuilder text = new StringBuilder();
        wrap(text, "", conditions(report));
        text.append(System.lineSeparator());
        table(text, report);
        text.append(System.lineSeparator());
        verified(text, report);
        if (comparison != null) {
            text.append(System.lineSeparator());
            comparison(text, comparison);
        }
        return text.toString();
    }

    /** What happens now, for a terminal, beside a bar. */
    public static String live(WorkloadProgress progress) {
        if (progress.warmingUp()) {
            return "warming up, " + shortCount(progress.eventsPerSecond()) + "/s";
        }
        return shortCount(progress.eventsPerSecond()) + "/s  p50 " + shortTime(progress.p50Nanos()) + "  p99 "
                + shortTime(progress.p99Nanos()) + "  backlog " + shortCount(progress.backlog());
    }

    private static String conditions(BenchReport report) {
        BenchSettings settings = report.settings();
        List<String> parts = new ArrayList<>();
        parts.add(String.format(
                Locale.ROOT,
                "%s: %s, %.1f s in all",
                settings.kind().label(),
                count(report.rounds().size(), "round"),
                report.seconds()));
        parts.add(count(settings.producers(), "producer"));
        parts.add("frames of " + count(settings.frameEvents(), "event")
                + (settings.frameEvents() == settings.batch()
                        ? ""
                        : settings.isFrameHeldByRate()
                                ? " (what is due in 100 ms)"
                                : " (a frame closes at " + settings.frameBytes() + " bytes)")
                + " of " + settings.size() + " bytes");
        if (settings.rate() > 0) {
            parts.add(String.format(Locale.ROOT, "%,d events a second asked for", settings.rate()));
        }
        if (settings.kind() != WorkloadKind.WAL) {
            parts.add(settings.policy().name().toLowerCase(Locale.ROOT)
                    + (settings.kind().hasLink() ? " channels" : " channel"));
        }
        if (settings.hasLog()) {
            parts.add("sync = " + settings.syncMode()
                    + (settings.policy() == ChannelPolicy.DUAL && settings.kind() != WorkloadKind.WAL
                            ? " when it spills"
                            : ""));
            parts.add("appender = " + settings.appenderMode().name().toLowerCase(Locale.ROOT) + " on "
                    + report.fileSystem());
        }
        if (settings.kind().hasLink()) {
            parts.add(count(settings.connections(), "connection"));
        }
        return String.join(", ", parts);
    }

    private static void table(StringBuilder text, BenchReport report) {
        line(text, "%-24s%16s%16s%16s", "", "median", "lowest", "highest");
        for (Figure figure : report.figures()) {
            Figure.Kind kind = figure.kind();
            line(
                    text,
                    "%-24s%16s%16s%16s",
                    kind.label(),
                    value(kind, figure.median()),
                    value(kind, figure.lowest()),
                    value(kind, figure.highest()));
        }
    }

    private static void verified(StringBuilder text, BenchReport report) {
        if (report.stopped()) {
            wrap(text, "", "Stopped early: this is what was done until then.");
        }
        if (report.behind() > 0) {
            wrap(
                    text,
                    "",
                    String.format(
                            Locale.ROOT,
                            "The rate was not kept: %,d events were due and not put when the time was over; latencies"
                                    + " count from when each was due.",
                            report.behind()));
        }
        if (report.sound()) {
            WorkloadResult last = report.rounds().get(report.rounds().size() - 1);
            line(text, "Verified in each round, here the last one:");
            last.verified().forEach(each -> wrap(text, "  ", each));
            return;
        }
        line(text, "NOT SOUND:");
        for (int i = 0; i < report.rounds().size(); i++) {
            int round = i + 1;
            report.rounds().get(i).faults().forEach(each -> wrap(text, "  ", "round " + round + ": " + each));
        }
    }

    private static void comparison(StringBuilder text, Comparison comparison) {
        line(text, "%-24s%14s%14s%10s%8s  %s", "compared", "before", "now", "change", "noise", "");
        for (Comparison.Row row : comparison.rows()) {
            line(
                    text,
                    "%-24s%14s%14s%10s%8s  %s",
                    row.kind().label(),
                    value(row.kind(), row.before()),
                    value(row.kind(), row.now()),
                    percent("%+.1f %%", row.changePercent()),
                    percent("%.1f %%", row.noisePercent()),
                    verdict(row.verdict()));
        }
        if (!comparison.differences().isEmpty()) {
            line(text, "Not the same in both runs:");
            comparison.differences().forEach(each -> wrap(text, "  ", each));
        }
    }

    private static String verdict(Comparison.Verdict verdict) {
        return switch (verdict) {
            case BETTER -> "better";
            case WORSE -> "WORSE";
            case NOISE -> "noise";
            case UNKNOWN -> "?";
        };
    }

    private static String percent(String format, double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        return String.format(Locale.ROOT, Math.abs(value) < 1_000 ? format : format.replace(".1f", ".0f"), value);
    }

    private static String value(Figure.Kind kind, double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (kind == Figure.Kind.EVENTS) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (kind.isLatency()) {
            return String.format(Locale.ROOT, "%,.3f", value / MICROS_A_MILLI);
        }
        return String.format(Locale.ROOT, kind == Figure.Kind.CPU ? "%.3f" : "%,.1f", value);
    }

    private static String count(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }

    private static String shortCount(double count) {
        if (count < 10_000) {
            return String.format(Locale.ROOT, "%.0f", count);
        }
        return count < 1e6
                ? String.format(Locale.ROOT, "%.0fk", count / 1e3)
                : String.format(Locale.ROOT, "%.2fM", count / 1e6);
    }

    private static String shortTime(long nanos) {
        if (nanos < 1_000_000) {
            return String.format(Locale.ROOT, "%dus", nanos / 1_000);
        }
        return nanos < 10_000_000_000L
                ? String.format(Locale.ROOT, nanos < 10_000_000 ? "%.1fms" : "%.0fms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.0fs", nanos / 1e9);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append(System.lineSeparator());
    }

    /** Breaks at blanks; what goes on is indented by two more. */
    private static void wrap(StringBuilder text, String indent, String sentence) {
        StringBuilder current = new StringBuilder(indent);
        boolean empty = true;
        for (String word : sentence.split(" ")) {
            if (!empty && current.length() + 1 + word.length() > WIDTH) {
                text.append(current).append(System.lineSeparator());
                current = new StringBuilder(indent).append("  ");
                empty = true;
            }
            current.append(empty ? "" : " ").append(word);
            empty = false;
        }
        text.append(current).append(System.lineSeparator());
    }
}

package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Measurements;
import io.headrace.benchmarks.suites.Results;
import io.headrace.benchmarks.suites.Spread;
import io.headrace.benchmarks.suites.Suite;
import java.util.ArrayList;
import java.util.List;

/**
 * Ratios of contestants in the same rounds: of one suite, with a column for each value of its axis or for some
 * percentiles, or of all suites without an axis.
 */
final class RatioTable {
    private static final List<String> PERCENTILES = List.of("50", "99", "99.9");

    private RatioTable() {}

    /** Of one suite; nothing where no pair was measured. */
    static String of(Suite suite, Measurements measurements) {
        StringBuilder rows = new StringBuilder();
        boolean latency = false;
        for (List<String> pair : suite.ratios()) {
            List<Spread> ratios = new ArrayList<>();
            measurements.values().forEach(value -> ratios.add(measurements.ratio(pair.get(0), pair.get(1), value)));
            if (ratios.stream().allMatch(ratio -> ratio == null) && suite.axis() == null) {
                ratios.clear();
                PERCENTILES.forEach(each -> ratios.add(measurements.latencyRatio(pair.get(0), pair.get(1), each)));
                latency |= ratios.stream().anyMatch(ratio -> ratio != null);
            }
            if (ratios.stream().anyMatch(ratio -> ratio != null)) {
                row(rows, pair, ratios);
            }
        }
        if (rows.length() == 0) {
            return "";
        }
        List<String> columns = new ArrayList<>();
        if (latency) {
            PERCENTILES.forEach(each -> columns.add("p" + each));
        } else if (suite.axis() == null) {
            columns.add("times as fast");
        } else {
            measurements.values().forEach(value -> columns.add(Numbers.onAxis(value)));
        }
        String what = latency
                ? "Times as long, in the same round"
                : suite.axis() == null
                        ? "Ratios of the same round"
                        : "Times as fast, in the same round, by " + suite.axis().label();
        return table("Ratios: " + suite.title(), what, columns, rows);
    }

    /** Of all suites without an axis, a group of rows for each. */
    static String of(Results results) {
        StringBuilder rows = new StringBuilder();
        for (Suite suite : results.suites()) {
            Measurements measurements = new Measurements(results, suite);
            StringBuilder own = new StringBuilder();
            for (List<String> pair : suite.ratios()) {
                Spread ratio = suite.axis() == null ? measurements.ratio(pair.get(0), pair.get(1), null) : null;
                if (ratio != null) {
                    row(own, pair, List.of(ratio));
                }
            }
            if (own.length() > 0) {
                rows.append("<tr><th scope=\"rowgroup\" colspan=\"2\" class=\"group\"><a href=\"#")
                        .append(Html.text(suite.name()))
                        .append("\">")
                        .append(Html.text(suite.title()))
                        .append("</a></th></tr>\n")
                        .append(own);
            }
        }
        return rows.length() == 0 ? "" : table("Ratios", "Ratios of the same round", List.of("times as fast"), rows);
    }

    private static void row(StringBuilder rows, List<String> pair, List<Spread> ratios) {
        rows.append("<tr><th scope=\"row\">")
                .append(pair(pair.get(0), pair.get(1)))
                .append("</th>");
        for (Spread ratio : ratios) {
            rows.append("<td class=\"n\">");
            if (ratio != null) {
                rows.append("<b>")
                        .append(Numbers.figure(ratio.median()))
                        .append("</b><small>")
                        .append(Numbers.range(ratio))
                        .append("</small>");
            }
            rows.append("</td>");
        }
        rows.append("</tr>\n");
    }

    /** Whose figure is divided by whose. */
    static String pair(String first, String second) {
        return Html.text(first) + "<small>beside " + Html.text(second) + "</small>";
    }

    private static String table(String label, String caption, List<String> columns, StringBuilder rows) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(Html.text(label))
                .append("\"><table><caption><span>")
                .append(Html.text(caption))
                .append(
                        ": median (smallest to largest)</span></caption>\n<thead><tr><th scope=\"col\">this, beside that</th>");
        for (String column : columns) {
            html.append("<th scope=\"col\" class=\"n\">")
                    .append(Html.text(column))
                    .append("</th>");
        }
        return html.append("</tr></thead>\n<tbody>\n")
                .append(rows)
                .append("</tbody></table></div>\n")
                .toString();
    }
}

package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Floors;
import io.headrace.benchmarks.suites.Mode;
import io.headrace.benchmarks.suites.Results;
import io.headrace.benchmarks.suites.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The report as one HTML file that refers to nothing outside of itself. */
public final class ReportPage {
    private static final String STYLE = "report.css";

    private final Results results;
    private final List<Floors.Judgement> judgements;
    private final StringBuilder html = new StringBuilder(1 << 16);

    private ReportPage(Results results, List<Floors.Judgement> judgements) {
        this.results = results;
        this.judgements = judgements;
    }

    /**
     * Makes the page.
     *
     * @param judgements of the floors, or none
     */
    public static String html(Results results, List<Floors.Judgement> judgements) throws IOException {
        ReportPage page = new ReportPage(results, judgements);
        page.head();
        page.glance();
        page.floors();
        page.machine();
        results.suites().forEach(suite -> page.html.append(new SuiteSection(results, suite).html()));
        page.foot();
        return page.html.toString();
    }

    /** The rules of the page. */
    static String style() throws IOException {
        try (InputStream in = ReportPage.class.getResourceAsStream(STYLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void head() throws IOException {
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>Headrace benchmarks, ")
                .append(Html.text(results.started()))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<header>\n<h1>Headrace benchmarks</h1>\n<p class=\"when\">")
                .append(Html.text(time(results.started())))
                .append(" to ")
                .append(Html.text(time(results.ended())))
                .append(" UTC");
        if (results.sources() != null) {
            html.append(", sources ").append(Html.text(results.sources()));
        }
        html.append("</p>\n");
        if (results.mode() == Mode.QUICK) {
            html.append(
                            "<p class=\"warning\"><b>Indicative only.</b> A quick run: short, few rounds, cold code. It shows that")
                    .append(" everything works, not how fast it is; ratios in documents come from full runs.</p>\n");
        }
        if (!results.complete()) {
            html.append("<p class=\"warning\"><b>Partial.</b> ")
                    .append(Html.text(results.reason() == null ? "The run did not end" : capital(results.reason())))
                    .append("; what was measured until then is here.</p>\n");
        }
        html.append("</header>\n<main>\n<nav aria-label=\"Suites\"><ul>");
        for (Suite suite : results.suites()) {
            html.append("<li><a href=\"#")
                    .append(Html.text(suite.name()))
                    .append("\">")
                    .append(Html.text(suite.title()))
                    .append("</a></li>");
        }
        html.append("</ul></nav>\n");
    }

    /** Ratios of the suites without an axis; those with one have them in their sections. */
    private void glance() {
        String ratios = RatioTable.of(results);
        if (!ratios.isEmpty()) {
            html.append("<section>\n<h2>At a glance</h2>\n").append(ratios).append("</section>\n");
        }
    }

    private void floors() {
        if (judgements.isEmpty()) {
            return;
        }
        html.append("<section>\n<h2>What the documents say</h2>\n")
                .append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Floors\"><table>")
                .append(
                        "<caption><span>Ratios that <code>--check</code> wants (floors.json)</span></caption>\n<thead><tr>")
                .append("<th scope=\"col\">this, beside that</th><th scope=\"col\" class=\"n\">measured</th>")
                .append("<th scope=\"col\" class=\"n\">at least</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n");
        for (Floors.Judgement each : judgements) {
            Floors.Floor floor = each.floor();
            html.append("<tr><th scope=\"row\">")
                    .append(RatioTable.pair(floor.suite() + ": " + floor.above(), floor.below()))
                    .append("</th><td class=\"n\">")
                    .append(
                            each.ratio() == null
                                    ? "not measured"
                                    : Numbers.figure(each.ratio().median()))
                    .append("</td><td class=\"n\">")
                    .append(Numbers.figure(floor.least()))
                    .append("</td><td>")
                    .append(each.met() ? "met" : "<b class=\"missed\">missed</b>")
                    .append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n</section>\n");
    }

    private void machine() {
        html.append("<section>\n<h2>Measured on</h2>\n<table class=\"machine\"><tbody>\n");
        results.machine().forEach((name, value) -> html.append("<tr><th scope=\"row\">")
                .append(Html.text(name))
                .append("</th><td>")
                .append(Html.text(value))
                .append("</td></tr>\n"));
        html.append(
                        "</tbody></table>\n<p>Each contestant is a process of its own, started anew for each round; they take turns.")
                .append(
                        " Error bars go from the smallest to the largest round. Compare only what one run compares.</p>\n")
                .append("</section>\n");
    }

    private void foot() {
        html.append(
                        "</main>\n<footer><p>Made by <code>benchmarks/run</code>; <code>benchmarks/SUITES.md</code> says what a suite")
                .append(
                        " is, <code>benchmarks/RESULTS.md</code> how a full run is made.</p></footer>\n</body>\n</html>\n");
    }

    private static String time(String instant) {
        return instant.replace('T', ' ').replace("Z", "");
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}

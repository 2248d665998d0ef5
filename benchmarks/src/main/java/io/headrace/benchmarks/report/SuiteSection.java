package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Answer;
import io.headrace.benchmarks.suites.Contestant;
import io.headrace.benchmarks.suites.Measurements;
import io.headrace.benchmarks.suites.Plot;
import io.headrace.benchmarks.suites.Results;
import io.headrace.benchmarks.suites.Run;
import io.headrace.benchmarks.suites.Spread;
import io.headrace.benchmarks.suites.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One suite in the report: what was asked, plots, ratios, all figures, notes, and what went wrong. */
final class SuiteSection {
    private static final double WHOLE = 100;
    private static final int FEWEST_PERCENTILES = 3;

    private final Suite suite;
    private final Measurements measurements;

    SuiteSection(Results results, Suite suite) {
        this.suite = suite;
        this.measurements = new Measurements(results, suite);
    }

    String html() {
        StringBuilder html = new StringBuilder();
        html.append("<section id=\"")
                .append(Html.text(suite.name()))
                .append("\">\n<h2>")
                .append(Html.text(suite.title()))
                .append("</h2>\n<p>")
                .append(Html.text(suite.question()))
                .append("</p>\n");
        if (isMeasured()) {
            plots(html);
            html.append(RatioTable.of(suite, measurements));
            html.append(new FigureTable(suite, measurements).html());
        } else {
            html.append("<p class=\"warning\">No figures: nothing of it was measured in this run.</p>\n");
        }
        notes(html);
        failures(html);
        details(html);
        return html.append("</section>\n").toString();
    }

    private boolean isMeasured() {
        return suite.contestants().stream().anyMatch(each -> measurements.values().stream()
                .anyMatch(value -> !measurements.answers(each.name(), value).isEmpty()));
    }

    private void plots(StringBuilder html) {
        if (suite.plot() == Plot.SCALING) {
            html.append("<figure>").append(scaling().html()).append("</figure>\n");
            return;
        }
        for (Double value : measurements.values()) {
            if (suite.plot() == Plot.BARS) {
                bars(html, value);
            }
            latency(html, value);
        }
    }

    private void bars(StringBuilder html, Double value) {
        List<BarChart.Bar> bars = new ArrayList<>();
        for (Contestant contestant : suite.contestants()) {
            Spread figure = measurements.spread(contestant.name(), value, Measurements::figure);
            if (figure != null) {
                bars.add(new BarChart.Bar(contestant.name(), contestant.ours(), figure));
            }
        }
        if (bars.isEmpty()) {
            return;
        }
        html.append("<figure>");
        caption(html, value, measurements.isTime() ? "shorter is better" : "longer is better");
        html.append(new BarChart(suite.unit(), bars).html()).append("</figure>\n");
    }

    private void latency(StringBuilder html, Double value) {
        List<Curve> curves = new ArrayList<>();
        Set<Double> percentiles = new TreeSet<>();
        int number = 0;
        for (Contestant contestant : suite.contestants()) {
            List<Curve.Point> points = new ArrayList<>();
            for (Answer answer : measurements.answers(contestant.name(), value)) {
                answer.latencyMillis().keySet().forEach(name -> percentiles.add(Double.parseDouble(name)));
            }
            for (double percentile : percentiles) {
                Spread spread = measurements.spread(contestant.name(), value, answer -> millis(answer, percentile));
                if (percentile > 0 && percentile < WHOLE && spread != null) {
                    points.add(new Curve.Point(nines(percentile), spread));
                }
            }
            if (points.size() >= FEWEST_PERCENTILES) {
                curves.add(new Curve(contestant.name(), number, points));
            }
            number++;
        }
        if (curves.isEmpty()) {
            return;
        }
        List<CurveChart.Tick> ticks = percentiles.stream()
                .filter(each -> each > 0 && each < WHOLE)
                .map(each -> new CurveChart.Tick(nines(each), "p" + Numbers.trimmed(each)))
                .toList();
        html.append("<figure>");
        caption(html, value, "lower is better");
        html.append(new CurveChart(suite.title(), "percentile", "milliseconds", false, ticks, curves).html())
                .append("</figure>\n");
    }

    private static Double millis(Answer answer, double percentile) {
        for (String name : answer.latencyMillis().keySet()) {
            if (Double.parseDouble(name) == percentile) {
                return answer.latencyMillis().get(name);
            }
        }
        return null;
    }

    /** 1 for 90, 2 for 99, 3 for 99.9: so far to the right. */
    private static double nines(double percentile) {
        return -Math.log10(1 - percentile / WHOLE);
    }

    private CurveChart scaling() {
        List<Curve> curves = new ArrayList<>();
        int number = 0;
        for (Contestant contestant : suite.contestants()) {
            List<Curve.Point> points = new ArrayList<>();
            for (Double value : measurements.values()) {
                Spread figure = measurements.spread(contestant.name(), value, Measurements::figure);
                if (figure != null) {
                    points.add(new Curve.Point(value, figure));
                }
            }
            if (!points.isEmpty()) {
                curves.add(new Curve(contestant.name(), number, points));
            }
            number++;
        }
        List<CurveChart.Tick> ticks = measurements.values().stream()
                .map(value -> new CurveChart.Tick(value, Numbers.onAxis(value)))
                .toList();
        return new CurveChart(
                suite.title(), suite.axis().label(), suite.unit(), suite.axis().log(), ticks, curves);
    }

    private void caption(StringBuilder html, Double value, String better) {
        html.append("<figcaption>");
        if (value != null) {
            html.append(Html.text(suite.axis().label()))
                    .append(": ")
                    .append(Numbers.value(value))
                    .append("; ");
        }
        html.append(better).append("</figcaption>");
    }

    private void notes(StringBuilder html) {
        List<String> cliffs = Cliffs.of(suite, measurements);
        if (!cliffs.isEmpty()) {
            html.append("<p")
                    .append(suite.notes().isEmpty() ? " class=\"warning\"" : "")
                    .append(">Gets worse by more than half")
                    .append(suite.axis().sizes() ? " in bytes a second" : "")
                    .append(suite.notes().isEmpty() ? ", and no note explains it yet" : " (the notes say why)")
                    .append(":</p>\n<ul>\n");
            cliffs.forEach(cliff -> html.append("<li>").append(Html.text(cliff)).append("</li>\n"));
            html.append("</ul>\n");
        }
        if (!suite.notes().isEmpty()) {
            html.append("<h3>Notes</h3>\n<ul>\n");
            suite.notes()
                    .forEach(note -> html.append("<li>").append(Html.text(note)).append("</li>\n"));
            html.append("</ul>\n");
        }
    }

    private void failures(StringBuilder html) {
        for (Run run : measurements.failures()) {
            html.append("<div class=\"warning\"><p>Failed: ")
                    .append(Html.text(what(run)))
                    .append("</p><pre>")
                    .append(Html.text(run.failure()))
                    .append("</pre></div>\n");
        }
        List<Run> skipped = measurements.skipped();
        if (!skipped.isEmpty()) {
            html.append("<p class=\"warning\">Not run: ")
                    .append(skipped.size())
                    .append(skipped.size() == 1 ? " run of " : " runs of ")
                    .append(Html.text(String.join(
                            ", ",
                            skipped.stream().map(Run::contestant).distinct().toList())))
                    .append(" (")
                    .append(Html.text(skipped.get(0).failure()))
                    .append(").</p>\n");
        }
    }

    private String what(Run run) {
        return run.contestant()
                + (run.value() == null ? "" : ", " + suite.axis().label() + " " + Numbers.value(run.value()))
                + ", round " + run.round();
    }

    private void details(StringBuilder html) {
        html.append("<details><summary>What each did, and what was verified</summary>\n<dl>\n");
        for (Contestant contestant : suite.contestants()) {
            html.append("<dt>").append(Html.text(contestant.name())).append("</dt>");
            if (contestant.text() != null) {
                html.append("<dd>").append(Html.text(contestant.text())).append("</dd>");
            }
            List<Answer> answers = measurements.values().stream()
                    .flatMap(value -> measurements.answers(contestant.name(), value).stream())
                    .toList();
            html.append("<dd>");
            if (answers.isEmpty()) {
                html.append("no figures in this run");
            } else {
                html.append("verified: ")
                        .append(Html.text(String.join("; ", answers.get(0).verified())));
            }
            html.append("</dd>\n");
        }
        html.append("</dl></details>\n");
    }
}

package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Answer;
import io.headrace.benchmarks.suites.Contestant;
import io.headrace.benchmarks.suites.Measurements;
import io.headrace.benchmarks.suites.Spread;
import io.headrace.benchmarks.suites.Suite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** All figures of a suite, a row for each contestant and value of the axis; columns only of what somebody told. */
final class FigureTable {
    /** Characters of a column's name that should not wrap into as many lines as it has words. */
    private static final int LONG = 16;

    private final Suite suite;
    private final Measurements measurements;
    private final Map<String, Function<Answer, Double>> columns = new LinkedHashMap<>();

    FigureTable(Suite suite, Measurements measurements) {
        this.suite = suite;
        this.measurements = measurements;
        List<Answer> all = new ArrayList<>();
        for (Contestant contestant : suite.contestants()) {
            measurements.values().forEach(value -> all.addAll(measurements.answers(contestant.name(), value)));
        }
        if (all.stream().anyMatch(answer -> Measurements.figure(answer) != null)) {
            columns.put(suite.unit(), Measurements::figure);
        }
        latencies(all);
        addIfTold(all, "cores busy", Answer::cores);
        addIfTold(all, "processor s a million", answer -> answer.rate() == null ? null : answer.cpuSecondsPerMillion());
        allocation(all);
        Set<String> figures = new LinkedHashSet<>();
        all.forEach(answer -> figures.addAll(answer.figures().keySet()));
        figures.forEach(name -> columns.put(name, answer -> answer.figures().get(name)));
    }

    private void latencies(List<Answer> all) {
        Set<String> percentiles = new LinkedHashSet<>();
        all.forEach(answer -> percentiles.addAll(answer.latencyMillis().keySet()));
        percentiles.stream()
                .sorted((a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b)))
                .forEach(name -> columns.put(
                        (name.equals("100") ? "most" : "p" + name) + ", ms",
                        answer -> answer.latencyMillis().get(name)));
    }

    private void allocation(List<Answer> all) {
        Set<String> units = new LinkedHashSet<>();
        all.stream()
                .filter(answer -> answer.allocatedBytes() != null)
                .forEach(answer -> units.add(answer.allocatedPer()));
        units.forEach(unit -> columns.put(
                (unit.matches("[aeiou].*") ? "bytes allocated an " : "bytes allocated a ") + unit,
                answer -> unit.equals(answer.allocatedPer()) ? answer.allocatedBytes() : null));
    }

    private void addIfTold(List<Answer> all, String name, Function<Answer, Double> figure) {
        if (all.stream().anyMatch(answer -> figure.apply(answer) != null)) {
            columns.put(name, figure);
        }
    }

    String html() {
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Figures: ");
        html.append(Html.text(suite.title())).append("\"><table><caption><span>Median of the rounds");
        html.append(" (smallest to largest)</span></caption>\n<thead><tr><th scope=\"col\">contestant</th>");
        if (suite.axis() != null) {
            html.append("<th scope=\"col\" class=\"n\">")
                    .append(Html.text(suite.axis().label()))
                    .append("</th>");
        }
        columns.keySet().forEach(name -> html.append("<th scope=\"col\" class=\"n")
                .append(name.length() > LONG ? " long" : "")
                .append("\">")
                .append(Html.text(name))
                .append("</th>"));
        html.append("<th scope=\"col\" class=\"n\">rounds</th></tr></thead>\n<tbody>\n");
        for (Contestant contestant : suite.contestants()) {
            for (Double value : measurements.values()) {
                row(html, contestant, value);
            }
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private void row(StringBuilder html, Contestant contestant, Double value) {
        List<Answer> answers = measurements.answers(contestant.name(), value);
        if (answers.isEmpty()) {
            return;
        }
        html.append("<tr")
                .append(contestant.ours() ? " class=\"ours\"" : "")
                .append("><th scope=\"row\">")
                .append(Html.text(contestant.name()))
                .append("</th>");
        if (suite.axis() != null) {
            html.append("<td class=\"n\">")
                    .append(value == null ? "" : Numbers.value(value))
                    .append("</td>");
        }
        for (Function<Answer, Double> column : columns.values()) {
            Spread spread = measurements.spread(contestant.name(), value, column);
            html.append("<td class=\"n\">");
            if (spread != null) {
                html.append(Numbers.figure(spread.median()));
                if (spread.isSpread()) {
                    html.append("<small>").append(Numbers.range(spread)).append("</small>");
                }
            }
            html.append("</td>");
        }
        html.append("<td class=\"n\">").append(answers.size()).append("</td></tr>\n");
    }
}

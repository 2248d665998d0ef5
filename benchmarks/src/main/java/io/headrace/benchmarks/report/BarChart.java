package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Spread;
import java.util.List;
import java.util.Locale;

/**
 * A bar for each contestant with its figure above and an error bar from smallest to largest; of plain HTML, so that names
 * wrap where the page is narrow. Immutable.
 */
record BarChart(String unit, List<Bar> bars) {
    /** One contestant. */
    record Bar(String name, boolean ours, Spread figure) {}

    private static final double WHOLE = 100;

    String html() {
        double largest =
                bars.stream().mapToDouble(bar -> bar.figure().largest()).max().orElse(1);
        StringBuilder html = new StringBuilder("<ul class=\"bars\">\n");
        for (Bar bar : bars) {
            Spread figure = bar.figure();
            html.append("<li class=\"")
                    .append(bar.ours() ? "ours" : "peer")
                    .append("\"><span class=\"name\">")
                    .append(Html.text(bar.name()))
                    .append("</span> <span class=\"value\">")
                    .append(Numbers.figure(figure.median()))
                    .append(' ')
                    .append(Html.text(unit))
                    .append("<small>")
                    .append(Numbers.range(figure))
                    .append("</small></span>")
                    .append("<span class=\"track\" aria-hidden=\"true\"><span class=\"bar\" style=\"width:")
                    .append(percent(figure.median() / largest))
                    .append("\"></span>");
            if (figure.isSpread()) {
                html.append("<span class=\"range\" style=\"left:")
                        .append(percent(figure.smallest() / largest))
                        .append(";width:")
                        .append(percent((figure.largest() - figure.smallest()) / largest))
                        .append("\"></span>");
            }
            html.append("</span></li>\n");
        }
        return html.append("</ul>\n").toString();
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.2f%%", WHOLE * part);
    }
}

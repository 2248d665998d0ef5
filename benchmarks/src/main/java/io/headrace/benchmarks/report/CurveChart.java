package io.headrace.benchmarks.report;

import io.headrace.benchmarks.suites.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Curves with error bars over an axis, drawn twice: for a narrow and for a wide page, so that its text is as large as the
 * page's on both. Immutable.
 *
 * @param xLabel what the axis across is, with its unit
 * @param yLabel what the figures are, with their unit
 * @param xLog whether the axis across is logarithmic
 * @param xTicks places across that have a label
 */
record CurveChart(String title, String xLabel, String yLabel, boolean xLog, List<Tick> xTicks, List<Curve> curves) {
    /** A place of an axis and what stands beside it. */
    record Tick(double value, String label) {}

    private static final int NARROW = 356;
    private static final int NARROW_HEIGHT = 290;
    private static final int WIDE = 960;
    private static final int WIDE_HEIGHT = 380;
    private static final int TOP = 30;
    private static final int BOTTOM = 46;
    private static final int RIGHT = 18;
    private static final double CHARACTER = 7.2;
    private static final double PADDING = 12;
    private static final double CAP = 3.5;

    String html() {
        return "<div class=\"narrow\">" + svg(NARROW, NARROW_HEIGHT) + "</div>\n<div class=\"wide\">"
                + svg(WIDE, WIDE_HEIGHT) + "</div>\n" + legend();
    }

    private String svg(int width, int height) {
        Scale y = Scale.ofFigures(smallest(), largest(), height - BOTTOM, TOP);
        double left = 10
                + CHARACTER
                        * y.ticks().stream()
                                .mapToInt(tick -> Numbers.compact(tick).length())
                                .max()
                                .orElse(1);
        Scale x = across(left + PADDING, width - RIGHT - PADDING);
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"")
                .append(Html.text(title + ": " + yLabel + " over " + xLabel + "; the table below has the figures"))
                .append("\">");
        grid(svg, y, left, width - RIGHT);
        ticksAcross(svg, x, height, width);
        text(svg, 2, 14, "start", "label", yLabel + (y.log() ? ", logarithmic" : ""));
        text(svg, (left + width - RIGHT) / 2, height - 6, "middle", "label", xLabel);
        for (Curve curve : curves) {
            draw(svg, curve, x, y);
        }
        return svg.append("</svg>").toString();
    }

    private Scale across(double from, double to) {
        double low = xTicks.stream().mapToDouble(Tick::value).min().orElse(1);
        double high = xTicks.stream().mapToDouble(Tick::value).max().orElse(low);
        if (low == high) {
            return xLog ? new Scale(true, low / 2, low * 2, from, to) : new Scale(false, low - 1, low + 1, from, to);
        }
        return new Scale(xLog, low, high, from, to);
    }

    private static void grid(StringBuilder svg, Scale y, double left, double right) {
        for (double tick : y.ticks()) {
            String at = Numbers.at(y.at(tick));
            line(svg, "grid", left, y.at(tick), right, y.at(tick));
            svg.append("<text class=\"tick\" text-anchor=\"end\" x=\"")
                    .append(Numbers.at(left - 6))
                    .append("\" y=\"")
                    .append(at)
                    .append("\" dy=\"0.35em\">")
                    .append(Numbers.compact(tick))
                    .append("</text>");
        }
    }

    /** Labels that would touch the one before are left out; their place is still marked. */
    private void ticksAcross(StringBuilder svg, Scale x, int height, int width) {
        double bottom = height - BOTTOM;
        double free = Double.NEGATIVE_INFINITY;
        for (Tick tick : xTicks) {
            double at = x.at(tick.value());
            line(svg, "mark", at, bottom, at, bottom + 5);
            double half = tick.label().length() * CHARACTER / 2;
            double middle = Math.min(at, width - half - 1);
            if (middle - half > free) {
                text(svg, middle, bottom + 19, "middle", "tick", tick.label());
                free = middle + half + 5;
            }
        }
    }

    private static void draw(StringBuilder svg, Curve curve, Scale x, Scale y) {
        svg.append("<g class=\"s")
                .append(curve.style())
                .append(curve.broken() ? " broken" : "")
                .append("\">");
        StringBuilder line = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (Curve.Point point : curve.points()) {
            double px = x.at(point.x());
            double py = y.at(point.y().median());
            line.append(line.length() == 0 ? "" : " ")
                    .append(Numbers.at(px))
                    .append(',')
                    .append(Numbers.at(py));
            if (point.y().isSpread()) {
                errorBar(svg, px, y.at(point.y().smallest()), y.at(point.y().largest()));
            }
            marks.append(Marks.svg(curve.style(), px, py));
        }
        svg.append("<polyline points=\"")
                .append(line)
                .append("\"/>")
                .append(marks)
                .append("</g>");
    }

    private static void errorBar(StringBuilder svg, double x, double low, double high) {
        line(svg, "error", x, low, x, high);
        line(svg, "error", x - CAP, low, x + CAP, low);
        line(svg, "error", x - CAP, high, x + CAP, high);
    }

    private String legend() {
        StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
        for (Curve curve : curves) {
            legend.append("<li><svg class=\"key\" viewBox=\"0 0 34 16\" aria-hidden=\"true\"><g class=\"s")
                    .append(curve.style())
                    .append(curve.broken() ? " broken" : "")
                    .append("\"><polyline points=\"2,8 32,8\"/>")
                    .append(Marks.svg(curve.style(), 17, 8))
                    .append("</g></svg>")
                    .append(Html.text(curve.name()))
                    .append("</li>");
        }
        return legend.append("</ul>\n").toString();
    }

    private double smallest() {
        return figures().min().orElse(0);
    }

    private double largest() {
        return figures().max().orElse(1);
    }

    private DoubleStream figures() {
        List<Double> all = new ArrayList<>();
        for (Curve curve : curves) {
            for (Curve.Point point : curve.points()) {
                Spread spread = point.y();
                all.add(spread.smallest());
                all.add(spread.largest());
            }
        }
        return all.stream().mapToDouble(Double::doubleValue);
    }

    private static void line(StringBuilder svg, String style, double x1, double y1, double x2, double y2) {
        svg.append("<line class=\"")
                .append(style)
                .append("\" x1=\"")
                .append(Numbers.at(x1))
                .append("\" y1=\"")
                .append(Numbers.at(y1))
                .append("\" x2=\"")
                .append(Numbers.at(x2))
                .append("\" y2=\"")
                .append(Numbers.at(y2))
                .append("\"/>");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String style, String text) {
        svg.append("<text class=\"")
                .append(style)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\" x=\"")
                .append(Numbers.at(x))
                .append("\" y=\"")
                .append(Numbers.at(y))
                .append("\">")
                .append(Html.text(text))
                .append("</text>");
    }
}

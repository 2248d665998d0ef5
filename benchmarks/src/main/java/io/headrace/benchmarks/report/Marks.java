package io.headrace.benchmarks.report;

/** Marks of curves, so that they can be told apart without colours. */
final class Marks {
    private static final double SIZE = 4.5;

    private Marks() {}

    static String svg(int style, double x, double y) {
        double s = SIZE;
        String points =
                switch (style) {
                    case 0 -> null;
                    case 1 -> polygon(x, y, -s, -s, s, -s, s, s, -s, s);
                    case 2 -> polygon(x, y, 0, -1.3 * s, 1.2 * s, s, -1.2 * s, s);
                    case 3 -> polygon(x, y, 0, -1.4 * s, 1.4 * s, 0, 0, 1.4 * s, -1.4 * s, 0);
                    case 4 -> polygon(x, y, 0, 1.3 * s, 1.2 * s, -s, -1.2 * s, -s);
                    case 5 -> null;
                    case 6 -> polygon(x, y, -1.4 * s, -0.5 * s, 1.4 * s, -0.5 * s, 1.4 * s, 0.5 * s, -1.4 * s, 0.5 * s);
                    default ->
                        polygon(x, y, -0.5 * s, -1.4 * s, 0.5 * s, -1.4 * s, 0.5 * s, 1.4 * s, -0.5 * s, 1.4 * s);
                };
        if (points == null) {
            return "<circle class=\"m" + (style == 5 ? " hollow" : "") + "\" cx=\"" + Numbers.at(x) + "\" cy=\""
                    + Numbers.at(y) + "\" r=\"" + Numbers.at(s) + "\"/>";
        }
        return "<polygon class=\"m\" points=\"" + points + "\"/>";
    }

    private static String polygon(double x, double y, double... offsets) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < offsets.length; i += 2) {
            points.append(i == 0 ? "" : " ")
                    .append(Numbers.at(x + offsets[i]))
                    .append(',')
                    .append(Numbers.at(y + offsets[i + 1]));
        }
        return points.toString();
    }
}

package io.headrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contrast and difference of the colours in both themes, by the formulas of WCAG 2.2 and CIE 1976. */
class StyleTest {
    private static final Pattern COLOUR = Pattern.compile("--([a-z0-9-]+): #([0-9a-f]{6});");
    private static final double TEXT = 4.5;
    private static final double GRAPHICS = 3;
    private static final double DIFFERENT = 20;

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void shouldBeReadable(String theme) throws IOException {
        Map<String, Integer> colours = colours(theme);
        int paper = colours.get("paper");

        for (String text : new String[] {"ink", "soft", "link", "missed"}) {
            assertThat(contrast(colours.get(text), paper)).as(text).isGreaterThanOrEqualTo(TEXT);
        }
        assertThat(contrast(colours.get("ink"), colours.get("warn-paper"))).isGreaterThanOrEqualTo(TEXT);
        assertThat(contrast(colours.get("peer"), paper)).isGreaterThanOrEqualTo(GRAPHICS);
        assertThat(contrast(colours.get("edge"), paper)).isGreaterThanOrEqualTo(GRAPHICS);
        for (int i = 0; i < Curve.STYLES; i++) {
            assertThat(contrast(colours.get("s" + i), paper)).as("s" + i).isGreaterThanOrEqualTo(GRAPHICS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void shouldTellCurvesApart(String theme) throws IOException {
        Map<String, Integer> colours = colours(theme);

        for (int i = 0; i < Curve.STYLES; i++) {
            for (int j = 0; j < i; j++) {
                assertThat(difference(colours.get("s" + i), colours.get("s" + j)))
                        .as("s" + i + " and s" + j)
                        .isGreaterThanOrEqualTo(DIFFERENT);
            }
        }
    }

    private static Map<String, Integer> colours(String theme) throws IOException {
        String style = ReportPage.style();
        int dark = style.indexOf("prefers-color-scheme: dark");
        assertThat(dark).isPositive();
        String part = theme.equals("light") ? style.substring(0, dark) : style.substring(dark);
        Map<String, Integer> colours = new LinkedHashMap<>();
        Matcher matcher = COLOUR.matcher(part);
        while (matcher.find()) {
            colours.put(matcher.group(1), Integer.parseInt(matcher.group(2), 16));
        }
        return colours;
    }

    private static double contrast(int a, int b) {
        double first = luminance(a);
        double second = luminance(b);
        return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    }

    private static double luminance(int colour) {
        return 0.2126 * channel(colour >> 16) + 0.7152 * channel(colour >> 8) + 0.0722 * channel(colour);
    }

    private static double channel(int value) {
        double c = (value & 0xff) / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    private static double difference(int a, int b) {
        double[] first = lab(a);
        double[] second = lab(b);
        return Math.sqrt(Math.pow(first[0] - second[0], 2)
                + Math.pow(first[1] - second[1], 2)
                + Math.pow(first[2] - second[2], 2));
    }

    private static double[] lab(int colour) {
        double r = channel(colour >> 16);
        double g = channel(colour >> 8);
        double b = channel(colour);
        double x = part((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        double y = part(0.2126 * r + 0.7152 * g + 0.0722 * b);
        double z = part((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double part(double value) {
        return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16.0 / 116;
    }
}

package io.headrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.benchmarks.suites.Axis;
import io.headrace.benchmarks.suites.Floors;
import io.headrace.benchmarks.suites.Floors.Allowance;
import io.headrace.benchmarks.suites.Floors.Floor;
import io.headrace.benchmarks.suites.Mode;
import io.headrace.benchmarks.suites.Results;
import io.headrace.benchmarks.suites.Run;
import io.headrace.benchmarks.suites.Samples;
import io.headrace.benchmarks.suites.Suite;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportPageTest {
    private static final Pattern SVG =
            Pattern.compile("<svg viewBox=\"0 0 (\\d+) (\\d+)\" role.*?</svg>", Pattern.DOTALL);
    /** Of the page's font at 13 pixels, rather more than it takes. */
    private static final double CHARACTER = 7.2;

    private static final String OURS = "Headrace <ring> & more";
    private static final String PEER = "Flume";

    private static Suite bars() {
        return Samples.suite(
                "bars", null, List.of("A note."), Samples.contestant(OURS, true), Samples.contestant(PEER, false));
    }

    private static List<Run> barRuns() {
        return List.of(
                Samples.run("bars", OURS, null, 1, Samples.rate(2_000_000)),
                Samples.run("bars", PEER, null, 1, Samples.rate(100_000)),
                Samples.run("bars", OURS, null, 2, Samples.rate(3_000_000)),
                Samples.run("bars", PEER, null, 2, Samples.rate(100_000)),
                Samples.run("bars", OURS, null, 3, Samples.rate(1_000_000)),
                Samples.run("bars", PEER, null, 3, Samples.rate(200_000)));
    }

    private static Suite scaling(List<String> notes) {
        Axis axis = new Axis("batch", "events a batch", null, List.of(1.0, 10.0, 100.0, 130.0, 10_000.0), null, null);
        return Samples.suite("scaling", axis, notes, Samples.contestant(OURS, true), Samples.contestant(PEER, false));
    }

    private static List<Run> scalingRuns() {
        List<Run> runs = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            for (double batch : new double[] {1, 10, 100, 130, 10_000}) {
                double rate = batch == 10_000 ? 200_000 : 500_000 * Math.sqrt(batch);
                runs.add(Samples.run("scaling", OURS, batch, round, Samples.rate(rate * (1 + 0.1 * round))));
                runs.add(Samples.run("scaling", PEER, batch, round, Samples.rate(300_000 * (1 + 0.1 * round))));
            }
        }
        return runs;
    }

    private static String page(Suite suite, List<Run> runs) throws Exception {
        return ReportPage.html(Samples.results(Mode.FULL, true, suite, runs), List.of());
    }

    @Test
    void shouldReferToNothingOutsideOfItself() throws Exception {
        String page = page(bars(), barRuns()) + page(scaling(List.of()), scalingRuns());

        assertThat(page).doesNotContain("http:", "https:", "src=", "<link", "<script", "@import", "url(");
        assertThat(page).contains("prefers-color-scheme: dark", "width=device-width", "<html lang=\"en\">");
    }

    @Test
    void shouldShowMedianSpreadAndRatioOfBars() throws Exception {
        String page = page(bars(), barRuns());

        assertThat(page).contains("2,000,000 events/s<small> (1,000,000 to 3,000,000)</small>");
        assertThat(page).contains("width:66.67%").contains("left:33.33%;width:66.67%");
        // By rounds 20, 30 and 5.
        assertThat(page).contains("<b>20.0</b><small> (5.00 to 30.0)</small>");
        assertThat(page).contains("A note.").contains("verified: 1,000 events");
        assertThat(page).contains("Linux 6.18");
    }

    @Test
    void shouldHaveEveryFigureInATable() throws Exception {
        String page = page(bars(), barRuns());
        String table = page.substring(page.indexOf("<caption><span>Median of the rounds"));

        assertThat(table)
                .contains("<th scope=\"row\">" + Html.text(OURS) + "</th>", "<th scope=\"row\">Flume</th>")
                .contains("<th scope=\"col\" class=\"n\">events/s</th>")
                .contains("<th scope=\"col\" class=\"n\">cores busy</th>", ">1.50<")
                .contains("<th scope=\"col\" class=\"n long\">bytes allocated a frame</th>", ">16.0<")
                .contains(
                        "2,000,000<small> (1,000,000 to 3,000,000)</small>",
                        "100,000<small> (100,000 to 200,000)</small>");
    }

    @Test
    void shouldNotTakeNamesForTags() throws Exception {
        assertThat(page(bars(), barRuns()))
                .contains("Headrace &lt;ring&gt; &amp; more")
                .doesNotContain("<ring>");
    }

    @Test
    void shouldDrawCurvesWithUnitsMarksAndErrorBars() throws Exception {
        List<Element> drawings = drawings(page(scaling(List.of()), scalingRuns()));

        assertThat(drawings).hasSize(2);
        for (Element svg : drawings) {
            assertThat(svg.getAttribute("aria-label")).contains("events/s over events a batch");
            assertThat(texts(svg)).contains("events a batch", "1", "10", "100", "10 k");
            assertThat(texts(svg)).anyMatch(text -> text.startsWith("events/s"));
            assertThat(elements(svg, "polyline")).hasSize(2);
            assertThat(elements(svg, "line").stream()
                            .filter(line -> line.getAttribute("class").equals("error")))
                    .hasSize(2 * 5 * 3);
            assertThat(elements(svg, "circle")).hasSize(5);
            assertThat(elements(svg, "polygon")).hasSize(5);
        }
    }

    @Test
    void shouldNeitherClipNorOverlapLabels() throws Exception {
        for (Element svg : drawings(page(scaling(List.of()), scalingRuns()) + latencyPage())) {
            double width = Double.parseDouble(svg.getAttribute("viewBox").split(" ")[2]);
            double height = Double.parseDouble(svg.getAttribute("viewBox").split(" ")[3]);
            List<double[]> boxes = new ArrayList<>();
            for (Element text : elements(svg, "text")) {
                double length = text.getTextContent().length() * CHARACTER;
                double x = Double.parseDouble(text.getAttribute("x"));
                double left = x
                        - switch (text.getAttribute("text-anchor")) {
                            case "middle" -> length / 2;
                            case "end" -> length;
                            default -> 0;
                        };
                double y = Double.parseDouble(text.getAttribute("y"));
                assertThat(left).as(text.getTextContent()).isGreaterThanOrEqualTo(0);
                assertThat(left + length).as(text.getTextContent()).isLessThanOrEqualTo(width);
                assertThat(y).as(text.getTextContent()).isBetween(12.0, height);
                for (double[] other : boxes) {
                    boolean apart = left + length <= other[0] || left >= other[1] || Math.abs(y - other[2]) >= 12;
                    assertThat(apart)
                            .as(text.getTextContent() + " beside another label")
                            .isTrue();
                }
                boxes.add(new double[] {left, left + length, y});
            }
        }
    }

    @Test
    void shouldKeepCurvesWithinTheDrawing() throws Exception {
        for (Element svg : drawings(page(scaling(List.of()), scalingRuns()) + latencyPage())) {
            double width = Double.parseDouble(svg.getAttribute("viewBox").split(" ")[2]);
            double height = Double.parseDouble(svg.getAttribute("viewBox").split(" ")[3]);
            for (Element curve : elements(svg, "polyline")) {
                for (String point : curve.getAttribute("points").split(" ")) {
                    assertThat(Double.parseDouble(point.split(",")[0])).isBetween(30.0, width);
                    assertThat(Double.parseDouble(point.split(",")[1])).isBetween(20.0, height - 40);
                }
            }
        }
    }

    @Test
    void shouldShowLatencyByPercentile() throws Exception {
        String page = latencyPage();

        assertThat(drawings(page)).hasSize(2).allSatisfy(svg -> {
            assertThat(texts(svg)).contains("percentile", "p50", "p99", "p99.9", "milliseconds, logarithmic");
            assertThat(texts(svg)).doesNotContain("p100");
        });
        assertThat(page)
                .contains(
                        "<th scope=\"col\" class=\"n\">p99.9, ms</th>", "<th scope=\"col\" class=\"n\">most, ms</th>");
        assertThat(page).contains("Times as long, in the same round").contains("<b>2.00</b>");
    }

    @Test
    void shouldSayThatACliffIsNotExplained() throws Exception {
        assertThat(page(scaling(List.of()), scalingRuns()))
                .contains("no note explains it yet")
                .contains("between 130 and 10 k (events a batch)");
        assertThat(page(scaling(List.of("Because.")), scalingRuns()))
                .contains("(the notes say why)", "Because.")
                .doesNotContain("no note explains it yet");
    }

    @Test
    void shouldJudgeACliffOverSizesByBytes() throws Exception {
        Axis axis = new Axis("size", "bytes", null, List.of(64.0, 640.0, 6400.0), null, true);
        Suite suite = Samples.suite("sizes", axis, List.of(), Samples.contestant(OURS, true));
        List<Run> runs = List.of(
                Samples.run("sizes", OURS, 64.0, 1, Samples.rate(50_000_000)),
                Samples.run("sizes", OURS, 640.0, 1, Samples.rate(4_000_000)),
                Samples.run("sizes", OURS, 6400.0, 1, Samples.rate(190_000)));

        assertThat(page(suite, runs))
                .contains("worse by more than half in bytes a second", "between 640 and 6.4 k (bytes)")
                .doesNotContain("between 64 and 640");
    }

    @Test
    void shouldMarkWhatIsIndicativeOrPartial() throws Exception {
        Results quick = Samples.results(Mode.QUICK, false, bars(), barRuns());

        assertThat(ReportPage.html(quick, List.of())).contains("Indicative only.", "Partial.", "Stopped;");
        assertThat(page(bars(), barRuns())).doesNotContain("Indicative", "Partial");
    }

    @Test
    void shouldShowFailuresAndWhatWasNotRun() throws Exception {
        List<Run> runs = List.of(
                new Run("bars", OURS, null, 1, 2.0, null, "exit code 1\nlost <3> events", false),
                new Run("bars", PEER, null, 1, null, null, "the time was over", true));

        assertThat(page(bars(), runs))
                .contains("No figures: nothing of it was measured", "exit code 1\nlost &lt;3&gt; events")
                .contains("Not run: 1 run of Flume (the time was over).");
    }

    @Test
    void shouldShowFloors() throws Exception {
        Results results = Samples.results(Mode.FULL, true, bars(), barRuns());
        Floors floors = new Floors(List.of(
                new Floor("bars", OURS, PEER, null, null, 19, "README"),
                new Floor("bars", OURS, PEER, null, null, 21, "README")));

        assertThat(ReportPage.html(results, floors.judge(results)))
                .contains("<td class=\"n\">19.0</td><td>met</td>")
                .contains("<td class=\"n\">21.0</td><td><b class=\"missed\">missed</b></td>");
    }

    @Test
    void shouldShowFloorsOfALatency() throws Exception {
        Results results = Samples.results(Mode.FULL, true, latency(), latencyRuns());
        Floors floors =
                new Floors(List.of(new Floor("latency", OURS, PEER, null, new Allowance("99", 3, 0), 2, "README")));

        assertThat(ReportPage.html(results, floors.judge(results)))
                .contains("latency: 3 times p99 of " + PEER + "<small>beside p99 of " + Html.text(OURS) + "</small>")
                .contains("<td class=\"n\">1.50</td><td class=\"n\">2.00</td><td><b class=\"missed\">missed</b></td>");
    }

    private static Suite latency() {
        return Samples.suite(
                "latency", null, List.of(), Samples.contestant(OURS, true), Samples.contestant(PEER, false));
    }

    private static List<Run> latencyRuns() {
        List<Run> runs = new ArrayList<>();
        for (int round = 1; round <= 2; round++) {
            runs.add(Samples.run("latency", OURS, null, round, Samples.latency(0.4, 2.5 * round, 80)));
            runs.add(Samples.run("latency", PEER, null, round, Samples.latency(0.2, 1.25 * round, 40)));
        }
        return runs;
    }

    private static String latencyPage() throws Exception {
        return page(latency(), latencyRuns());
    }

    private static List<Element> drawings(String page) throws Exception {
        List<Element> drawings = new ArrayList<>();
        Matcher matcher = SVG.matcher(page);
        while (matcher.find()) {
            drawings.add(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(matcher.group().getBytes(StandardCharsets.UTF_8)))
                    .getDocumentElement());
        }
        return drawings;
    }

    private static List<Element> elements(Element svg, String name) {
        NodeList found = svg.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static List<String> texts(Element svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }
}

package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people and programs are told. */
class TuneReportTest {
    private static final int COLUMNS = 80;
    private static final Pipeline PIPELINE = Pipeline.usual(ComponentRegistry.load());
    private static final Candidate BEST = PIPELINE.baseline().with(Knob.GROUP_BYTES, "262144");

    @Test
    void shouldFitIntoEightyColumns() {
        assertThat(text(result(comparison(2_000_000, 2_500_000), false)).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
    }

    @Test
    void shouldNameTheLimitTheGainAndThePropertiesToPaste() {
        assertThat(text(result(comparison(2_000_000, 2_500_000), false)))
                .contains("What limits: the processor")
                .contains("used of what there is: processor 97 %, device 40 %, wire 12 %")
                .contains("Gain for throughput: +25 % (verified by 2 pairs in alternation, better in 2)")
                .contains("\na1.channels.c1.groupBytes = 262144\n")
                .contains("2 h 0 min needs 540,000,000 events (50,000 x 7,200 s x 1.5)", "too few")
                .containsPattern("default +2,000,000 +400 MB")
                .containsPattern("best found +2,500,000 +500 MB");
    }

    @Test
    void shouldSaySoWhenThereIsNoGain() {
        String text = text(result(comparison(2_000_000, 2_010_000), false));
        assertThat(text)
                .contains("No gain: 2 pairs in alternation show no difference")
                .doesNotContain("ready to paste");
    }

    @Test
    void shouldSayWhatTheTimeDidNotSufficeFor() throws IOException {
        Untried untried = new Untried(4, 6, 3, 3, 13, 14, 90);
        TuneResult result =
                result(comparison(2_000_000, 2_010_000), new Shortage(untried, true, Duration.ofSeconds(140)));
        assertThat(text(result))
                .contains("Too short to tell: ")
                .contains("4 of 6 candidates not tried")
                .contains("3 of 3 rounds")
                .contains("13 of 14 values")
                .contains("pairs contradict each other")
                .contains("--budget 140s")
                .contains("Nothing to recommend yet.")
                .doesNotContain("No gain");
        assertThat(text(result).lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
        assertThat(values(TuneJson.of(result)))
                .containsEntry("/tooShort", "true")
                .containsEntry("/shortage/candidates", "4")
                .containsEntry("/shortage/ofCandidates", "6")
                .containsEntry("/shortage/rounds", "3")
                .containsEntry("/shortage/values", "13")
                .containsEntry("/shortage/pairsContradict", "true")
                .containsEntry("/shortage/budgetSeconds", "140");
    }

    /** Values beside a setting that was compared with the defaults and others are not what one has to know. */
    @Test
    void shouldStandByItsAnswerWhereOnlyValuesBesideTheBestWereLeftOut() throws IOException {
        Shortage shortage = new Shortage(new Untried(0, 6, 0, 3, 13, 14, 78), false, null);
        TuneResult none = result(comparison(2_000_000, 2_010_000), shortage);
        assertThat(text(none)).contains("No gain", "13 of 14 values").doesNotContain("Too short", "--budget");
        assertThat(values(TuneJson.of(none)))
                .containsEntry("/tooShort", "false")
                .containsEntry("/shortage/budgetSeconds", "null");
        TuneResult gain = result(
                comparison(2_000_000, 2_500_000),
                new Shortage(new Untried(4, 6, 3, 3, 13, 14, 90), false, Duration.ofMinutes(4)));
        assertThat(text(gain))
                .contains("Gain for", "4 of 6 candidates", "--budget 240s")
                .doesNotContain("Too short");
        assertThat(values(TuneJson.of(gain))).containsEntry("/tooShort", "false");
        assertThat(values(TuneJson.of(result(comparison(2_000_000, 2_010_000), false))))
                .containsEntry("/tooShort", "false")
                .containsEntry("/shortage", "null");
    }

    @Test
    void shouldSayWhatThereIsAfterAStop() {
        Comparison none = new Comparison(List.of(), List.of(), List.of(), List.of());
        assertThat(text(result(none, true)))
                .contains("Stopped before the comparison", "of 2 trials, not verified")
                .contains("Best so far: the settings in use.");
    }

    @Test
    void shouldBeOneJsonObjectWithEveryTrial() throws IOException {
        Map<String, String> values = values(TuneJson.of(result(comparison(2_000_000, 2_500_000), false)));
        assertThat(values)
                .containsEntry("/limit", "processor")
                .containsEntry("/gain", "0.2500")
                .containsEntry("/properties/a1.channels.c1.groupBytes", "262144")
                .containsEntry("/verified", "true")
                .containsEntry("/outage/events", "540000000")
                .containsEntry("/trials/0/eventsPerSecond", "2000000")
                .containsEntry("/trials/1/failure", "why");
        assertThat(values(TuneJson.of(result(comparison(2_000_000, 2_000_000), false))))
                .containsEntry("/gain", "0.0000")
                .doesNotContainKey("/properties/a1.channels.c1.groupBytes");
    }

    private static TuneResult result(Comparison comparison, boolean stopped) {
        return result(comparison, stopped, null);
    }

    private static TuneResult result(Comparison comparison, Shortage shortage) {
        return result(comparison, false, shortage);
    }

    private static TuneResult result(Comparison comparison, boolean stopped, Shortage shortage) {
        Map<WaitStrategyKind, Double> handOffs = new EnumMap<>(WaitStrategyKind.class);
        List<DiskSpeed.Row> rows = new ArrayList<>();
        for (WaitStrategyKind kind : WaitStrategyKind.values()) {
            handOffs.put(kind, 123.4);
        }
        for (String appender : DiskProbe.APPENDERS) {
            DiskProbe.GROUPS.forEach(group -> rows.add(new DiskSpeed.Row(appender, group, 123.4e6, 123_456, 1e6)));
        }
        boolean gain = comparison.gain(Goal.THROUGHPUT, 0) > 0;
        Candidate recommended = gain ? BEST : PIPELINE.baseline();
        Map<String, String> properties = PIPELINE.properties(recommended.differencesFrom(PIPELINE.baseline()));
        return new TuneResult(
                new TuneOptions(
                        Goal.THROUGHPUT, 0, 200, null, Duration.ofMinutes(1), 50_000, Duration.ofHours(2), null, 0),
                Path.of("/var/lib/headrace"),
                "ext4",
                2,
                PIPELINE,
                false,
                new DiskSpeed(rows),
                new ProcessorSpeed(123.4e9, 12.3e9, 123_456_789, handOffs),
                new BareLine.Speed(3.1e9, 38),
                null,
                List.of(Trials.full(2_000_000), Trial.failed(2, "test", BEST, 0, "why")),
                800_000,
                recommended,
                comparison,
                shortage,
                stopped ? null : new Use(0.97, 0.4, 0.12, 0.3, false),
                properties,
                Outage.of(50_000, Duration.ofHours(2), 200, 1_000, 196_608, "capacity", 1_000_000, 70L << 30),
                stopped,
                60.4);
    }

    private static Comparison comparison(double base, double best) {
        List<Trial> paced = List.of(Trials.paced(812, 2_345), Trials.paced(812, 2_345));
        return new Comparison(
                List.of(Trials.full(base), Trials.full(base)),
                List.of(Trials.full(best), Trials.full(best)),
                paced,
                paced);
    }

    private static String text(TuneResult result) {
        StringWriter text = new StringWriter();
        TuneText.print(new PrintWriter(text, true), result);
        return text.toString();
    }

    /** All values by path. */
    private static Map<String, String> values(String json) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            read(parser, "", values);
            assertThat(parser.nextToken()).as("one object").isNull();
        }
        return values;
    }

    private static void read(JsonParser parser, String path, Map<String, String> values) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                parser.nextToken();
                read(parser, path + "/" + field, values);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                read(parser, path + "/" + i, values);
            }
        } else {
            values.put(path, parser.getText());
        }
    }
}

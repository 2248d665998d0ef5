package io.headrace.engine.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsRenderingTest {
    private final MetricRegistry registry = new MetricRegistry("a\"1");

    @BeforeEach
    void record() {
        MetricGroup channel = registry.group(GroupType.CHANNEL, "c1");
        channel.started(1_700_000_000_123L);
        channel.counter("EventPutSuccessCount").add(42);
        channel.gauge("ChannelSize", () -> 7);
        channel.gauge("Open", () -> 1);
        channel.gauge("EventRedeliveredCount", () -> 3);
        channel.doubleGauge("ChannelFillPercentage", () -> 12.5);
        for (int i = 1; i <= 100; i++) {
            channel.timing("put").recordMicros(i * 1000);
        }
        registry.group(GroupType.SINK, "k1").counter("EventDrainSuccessCount").increment();
        registry.group(GroupType.SOURCE, "r1").gauge("OpenConnectionCount", () -> 2);
    }

    @Test
    void shouldShowEveryValueAsStringInTheFlatShape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MetricsJson.writeFlat(registry, out);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"SOURCE.r1\":{\"OpenConnectionCount\":\"2\",\"StartTime\":\"0\",\"StopTime\":\"0\","
                        + "\"Type\":\"SOURCE\"},"
                        + "\"CHANNEL.c1\":{\"ChannelFillPercentage\":\"12.5\",\"ChannelSize\":\"7\","
                        + "\"EventPutSuccessCount\":\"42\",\"EventRedeliveredCount\":\"3\",\"Open\":\"true\","
                        + "\"StartTime\":\"1700000000123\",\"StopTime\":\"0\",\"Type\":\"CHANNEL\","
                        + "\"put.count\":\"100\",\"put.maxMicros\":\"100031\",\"put.p50Micros\":\"50015\","
                        + "\"put.p999Micros\":\"100031\",\"put.p99Micros\":\"99007\"},"
                        + "\"SINK.k1\":{\"EventDrainSuccessCount\":\"1\",\"StartTime\":\"0\",\"StopTime\":\"0\","
                        + "\"Type\":\"SINK\"}}");
    }

    @Test
    void shouldShowNumbersAsNumbersInTheNestedShape() {
        assertThat(MetricsJson.nested(registry))
                .startsWith("{\"agent\":\"a\\\"1\",\"SOURCE\":{\"r1\":{")
                .contains("\"CHANNEL\":{\"c1\":{\"Type\":\"CHANNEL\",\"StartTime\":1700000000123,\"StopTime\":0,"
                        + "\"ChannelFillPercentage\":12.5,\"ChannelSize\":7,\"EventPutSuccessCount\":42")
                .contains("\"times\":{\"put\":{\"count\":100,\"minMicros\":1000,\"meanMicros\":")
                .endsWith("\"OTHER\":{}}");
    }

    @Test
    void shouldShowAnUndefinedNumberAsNull() {
        registry.group(GroupType.OTHER, "x").doubleGauge("Ratio", () -> Double.NaN);

        assertThat(MetricsJson.nested(registry)).contains("\"Ratio\":null");
    }

    @Test
    void shouldNameAndTypeMetricsAsPrometheusWants() {
        String labels = "{agent=\"a\\\"1\",name=\"c1\"}";

        assertThat(PrometheusText.render(registry).split("\n"))
                .containsSubsequence(
                        "# HELP headrace_channel_event_put_success_total Events that the channel accepted.",
                        "# TYPE headrace_channel_event_put_success_total counter",
                        "headrace_channel_event_put_success_total" + labels + " 42",
                        "# TYPE headrace_channel_event_redelivered_total counter",
                        "headrace_channel_event_redelivered_total" + labels + " 3",
                        "# TYPE headrace_channel_fill_percentage gauge",
                        "headrace_channel_fill_percentage" + labels + " 12.5",
                        "# TYPE headrace_channel_put_seconds summary",
                        "headrace_channel_put_seconds{agent=\"a\\\"1\",name=\"c1\",quantile=\"0.5\"} 0.050015",
                        "headrace_channel_put_seconds{agent=\"a\\\"1\",name=\"c1\",quantile=\"0.99\"} 0.099007",
                        "headrace_channel_put_seconds_count" + labels + " 100",
                        "# TYPE headrace_channel_size gauge",
                        "headrace_channel_size" + labels + " 7",
                        "headrace_channel_start_time_seconds" + labels + " 1.700000000123E9",
                        "# TYPE headrace_source_open_connection_count gauge");
    }

    @Test
    void shouldDeclareEachMetricOnceWhateverTheNumberOfComponents() {
        registry.group(GroupType.CHANNEL, "c2").counter("EventPutSuccessCount").add(1);

        String text = PrometheusText.render(registry);

        assertThat(text.split("# TYPE headrace_channel_event_put_success_total "))
                .hasSize(2);
        assertThat(text)
                .contains(
                        "name=\"c1\"} 42\nheadrace_channel_event_put_success_total{agent=\"a\\\"1\",name=\"c2\"} 1\n");
    }

    @Test
    void shouldShowTimesThatNobodyTookAsUnknown() {
        registry.group(GroupType.CHANNEL, "c1").timing("sync");

        assertThat(PrometheusText.render(registry))
                .contains("headrace_channel_sync_seconds{agent=\"a\\\"1\",name=\"c1\",quantile=\"0.5\"} NaN")
                .contains("headrace_channel_sync_seconds_count{agent=\"a\\\"1\",name=\"c1\"} 0");
    }

    @Test
    void shouldShowWhatIsNoNumber() {
        MetricGroup channel = registry.group(GroupType.CHANNEL, "c2");
        channel.text("Appender", "mapped");
        channel.text("LossOnKill", "what it holds \"in memory\"");

        assertThat(MetricsJson.flat(registry))
                .contains("\"CHANNEL.c2\":{\"Appender\":\"mapped\",\"LossOnKill\":\"what it holds \\\"in memory");
        assertThat(MetricsJson.nested(registry)).contains("\"Appender\":\"mapped\"");
        assertThat(PrometheusText.render(registry))
                .contains("# TYPE headrace_channel_info gauge")
                .contains("headrace_channel_info{agent=\"a\\\"1\",name=\"c2\",appender=\"mapped\","
                        + "loss_on_kill=\"what it holds \\\"in memory\\\"\"} 1\n");
    }

    @Test
    void shouldKeepAGroupWhoeverAsksForIt() {
        assertThat(registry.group(GroupType.SINK, "k1")).isSameAs(registry.group(GroupType.SINK, "k1"));
        assertThat(registry.groups()).extracting(MetricGroup::name).containsExactly("r1", "c1", "k1");
    }

    @Test
    void shouldCountSourcesAndSinksUnderTheNamesOfFlume() {
        MetricGroup source = new MetricGroup(GroupType.SOURCE, "s");
        SourceCounters sourceCounters = new SourceCounters(source);
        sourceCounters.batchReceived(5);
        sourceCounters.batchAccepted(5);
        sourceCounters.appendReceived();
        sourceCounters.appendAccepted();
        sourceCounters.connectionOpened();
        sourceCounters.readFailed();
        sourceCounters.channelWriteFailed();
        sourceCounters.processingFailed();
        MetricGroup sink = new MetricGroup(GroupType.SINK, "k");
        SinkCounters sinkCounters = new SinkCounters(sink);
        sinkCounters.batchBegun(5, 10);
        sinkCounters.batchBegun(10, 10);
        sinkCounters.batchDelivered(15);
        sinkCounters.batchEmpty();
        sinkCounters.connectionCreated();
        sinkCounters.connectionClosed();
        sinkCounters.connectionFailed();
        sinkCounters.writeFailed();
        sinkCounters.channelReadFailed();

        assertThat(source.values().toString())
                .isEqualTo("{AppendAcceptedCount=1, AppendBatchAcceptedCount=1, AppendBatchReceivedCount=1,"
                        + " AppendReceivedCount=1, ChannelWriteFail=1, EventAcceptedCount=6, EventReadFail=1,"
                        + " EventReceivedCount=6, GenericProcessingFail=1, OpenConnectionCount=1}");
        assertThat(sink.values().toString())
                .isEqualTo("{BatchCompleteCount=1, BatchEmptyCount=1, BatchUnderflowCount=1, ChannelReadFail=1,"
                        + " ConnectionClosedCount=1, ConnectionCreatedCount=1, ConnectionFailedCount=1,"
                        + " EventDrainAttemptCount=15, EventDrainSuccessCount=15, EventWriteFail=1}");
    }
}

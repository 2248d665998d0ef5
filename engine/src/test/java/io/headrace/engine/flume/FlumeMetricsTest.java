package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricsJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counters that scripts written for Flume read. */
class FlumeMetricsTest {
    private static final List<String> EVERY_GROUP = List.of("Type", "StartTime", "StopTime");

    private static final List<String> SOURCE = List.of(
            "EventReceivedCount",
            "EventAcceptedCount",
            "AppendReceivedCount",
            "AppendAcceptedCount",
            "AppendBatchReceivedCount",
            "AppendBatchAcceptedCount",
            "OpenConnectionCount",
            "EventReadFail",
            "ChannelWriteFail",
            "GenericProcessingFail");

    /** Without the two that count what does not happen here: takes that fail, copies of a checkpoint that fail. */
    private static final List<String> CHANNEL = List.of(
            "ChannelSize",
            "ChannelCapacity",
            "ChannelFillPercentage",
            "EventPutAttemptCount",
            "EventPutSuccessCount",
            "EventTakeAttemptCount",
            "EventTakeSuccessCount",
            "Open",
            "Closed",
            "Unhealthy",
            "EventPutErrorCount",
            "CheckpointWriteErrorCount");

    private static final List<String> SINK = List.of(
            "ConnectionCreatedCount",
            "ConnectionClosedCount",
            "ConnectionFailedCount",
            "BatchEmptyCount",
            "BatchUnderflowCount",
            "BatchCompleteCount",
            "EventDrainAttemptCount",
            "EventDrainSuccessCount",
            "EventWriteFail",
            "ChannelReadFail");

    @TempDir
    Path folder;

    @Test
    void shouldServeTheCountersThatFlumeServes() throws IOException {
        Files.writeString(folder.resolve("a.log"), "one\ntwo\n");
        try (FlumeAgent agent = FlumeAgent.start("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sources.r1.type = TAILDIR
                a1.sources.r1.filegroups = f
                a1.sources.r1.filegroups.f = %1$s/a.log
                a1.sources.r1.positionFile = %1$s/positions.json
                a1.sources.r1.channels = c1
                a1.channels.c1.type = file
                a1.channels.c1.dataDirs = %1$s/data
                a1.channels.c1.maxFileSize = 2m
                a1.channels.c1.maxEventBytes = 256k
                a1.channels.c1.minimumRequiredSpace = 1m
                a1.sources.r1.maxLineBytes = 100000
                a1.sinks.k1.type = file_roll
                a1.sinks.k1.channel = c1
                a1.sinks.k1.sink.directory = %1$s/out
                """.formatted(folder))) {
            soon().until(() -> agent.counter(GroupType.SINK, "k1", "EventDrainSuccessCount") == 2);
            Map<String, Map<String, String>> groups = parse(MetricsJson.flat(agent.agent.metrics()));
            assertThat(groups.get("SOURCE.r1")).containsKeys(names(EVERY_GROUP)).containsKeys(names(SOURCE));
            assertThat(groups.get("CHANNEL.c1"))
                    .containsKeys(names(EVERY_GROUP))
                    .containsKeys(names(CHANNEL));
            assertThat(groups.get("SINK.k1")).containsKeys(names(EVERY_GROUP)).containsKeys(names(SINK));
            assertThat(groups.get("CHANNEL.c1"))
                    .containsEntry("Type", "CHANNEL")
                    .containsEntry("Open", "true")
                    .containsEntry("Unhealthy", "0")
                    .containsEntry("EventPutSuccessCount", "2");
        }
    }

    private static String[] names(List<String> names) {
        return names.toArray(String[]::new);
    }

    /** Groups of names and values, all of them text as Flume writes them. */
    private static Map<String, Map<String, String>> parse(String json) throws IOException {
        Map<String, Map<String, String>> groups = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                Map<String, String> values = groups.computeIfAbsent(parser.currentName(), key -> new LinkedHashMap<>());
                assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    assertThat(parser.nextToken()).as(name).isEqualTo(JsonToken.VALUE_STRING);
                    values.put(name, parser.getText());
                }
            }
        }
        return groups;
    }
}

package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators have in their crontabs, against a running agent; and the flags that say where it is served. */
@Timeout(120)
@Tag("slow")
class MonitoringTest {
    /** As it is found in articles on Flume, with the address as its only argument. */
    private static final String SCRIPT = """
            import json, sys, urllib.request
            metrics = json.load(urllib.request.urlopen(sys.argv[1] + '/metrics', timeout=10))
            for name in metrics['CHANNEL']:
                if metrics['CHANNEL'][name]['ChannelSize'] > 500000:
                    print('ALERT channel %s holds %d events' % (name, metrics['CHANNEL'][name]['ChannelSize']))
            for name, sink in metrics['SINK'].items():
                if sink['EventDrainAttemptCount'] > 0:
                    if sink['EventDrainSuccessCount'] / sink['EventDrainAttemptCount'] < 0.95:
                        print('ALERT sink %s' % name)
            """;

    private static final String COUNTING = """
            a1.sources = count
            a1.channels = held
            a1.sinks = out
            a1.sources.count.type = seq
            a1.sources.count.batchSize = 10000
            a1.sources.count.totalEvents = 600000
            a1.sources.count.channels = held
            a1.channels.held.type = memory
            a1.channels.held.capacity = 1000000
            a1.channels.held.transactionCapacity = 100000
            a1.sinks.out.channel = held
            """;

    @TempDir
    private Path folder;

    private RunningAgent agent;

    @AfterEach
    void close() {
        if (agent != null) {
            agent.close();
        }
    }

    @Test
    void shouldAlertOfASinkThatCannotDeliver() throws Exception {
        Path output = Files.createDirectory(folder.resolve("out"));
        Path input = Files.createDirectory(folder.resolve("in"));
        Path configuration = Files.writeString(folder.resolve("a1.conf"), Configurations.tailToFolder(folder, ""));
        agent = RunningAgent.start(configuration, "--metrics-port", "0", "--metrics-shape", "nested");
        agent.awaitHealth(200, "\"healthy\":true");
        assertThat(script()).isEmpty();

        Files.delete(output);
        Files.writeString(input.resolve("a.log"), "one\ntwo\n");

        agent.awaitHealth(503, "sink roll: impaired: delivery failed, trying again: ");
        assertThat(alerts(metrics())).containsExactly("ALERT sink roll");
        assertThat(script()).containsExactly("ALERT sink roll");
        Files.createDirectory(output);
        agent.awaitHealth(200, "\"healthy\":true");
    }

    @Test
    void shouldAlertOfAChannelOnlyWhenItFills() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.sinks.out.type = link\na1.sinks.out.hostname = 127.0.0.1\na1.sinks.out.port = 1\n"),
                "--metrics-port",
                "0",
                "--metrics-shape",
                "nested");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("CHANNEL.held", "ChannelSize") == 600_000);

        assertThat(alerts(metrics())).containsExactly("ALERT channel held holds 600000 events");
        assertThat(script()).containsExactly("ALERT channel held holds 600000 events");
    }

    @Test
    void shouldSayNothingWhileAllIsWell() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.sinks.out.type = null\n"), "--metrics-port", "0", "--metrics-shape", "nested");
        await().atMost(RunningAgent.LONG).until(() -> agent.metric("SINK.out", "EventDrainSuccessCount") == 600_000);

        assertThat(alerts(metrics())).isEmpty();
        assertThat(script()).isEmpty();
    }

    @Test
    void shouldServeWhatIsAskedFor() throws Exception {
        agent = RunningAgent.start(configuration("a1.sinks.out.type = null\n"), "--metrics-port", "0");

        assertThat(agent.get("/metrics").body())
                .contains("\"CHANNEL.held\":{")
                .contains("\"ChannelCapacity\":\"1000000\"");
        assertThat(agent.get("/metrics?shape=nested").body())
                .contains("\"CHANNEL\":{\"held\":{", "\"ChannelCapacity\":1000000");
        assertThat(agent.get("/metrics/prometheus").body())
                .contains("headrace_channel_capacity{agent=\"a1\",name=\"held\"} 1000000");
        assertThat(agent.get("/").body()).contains("<h1>Headrace agent a1</h1>");
        assertThat(agent.get("/metric").statusCode()).isEqualTo(404);
        agent.awaitHealth(200, "\"phase\":\"running\"");
    }

    @Test
    void shouldListenOnAllAddressesWithFlumesPropertiesAndSaySo() throws Exception {
        int free = freePort();
        agent = RunningAgent.start(
                configuration("a1.sinks.out.type = null\n"),
                "-Dflume.monitoring.type=http",
                "-Dflume.monitoring.port=" + free);

        assertThat(agent.port()).isEqualTo(free);
        assertThat(agent.count("on every address of this machine")).isOne();
        assertThat(agent.get("/metrics").body()).contains("\"CHANNEL.held\":{");
    }

    @Test
    void shouldSayInOneLineWhatToUseInsteadOfGanglia() throws Exception {
        agent = RunningAgent.start(
                configuration("a1.sinks.out.type = null\n"),
                "-Dflume.monitoring.type=ganglia",
                "-Dflume.monitoring.hosts=h:1",
                "--metrics-port",
                "0");
        agent.awaitHealth(200, "\"healthy\":true");
        assertThat(agent.complaints())
                .singleElement()
                .asString()
                .startsWith("headrace: warning: -Dflume.monitoring.type: ganglia (expected: http); ")
                .contains("--metrics-port PORT");
    }

    @Test
    void shouldRefuseAPortThatIsNone() throws Exception {
        agent = RunningAgent.start(configuration("a1.sinks.out.type = null\n"), "--metrics-port", "65536");

        assertThat(agent.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(agent.complaints()).containsExactly("headrace: --metrics-port: 65536 (expected: 0..65535)");
    }

    private Path configuration(String more) throws IOException {
        return Files.writeString(folder.resolve("a1.conf"), COUNTING + more);
    }

    private static int freePort() throws IOException {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** What the script prints, where there is a Python. */
    private List<String> script() throws Exception {
        Path file = Files.writeString(folder.resolve("watch.py"), SCRIPT);
        Process process;
        try {
            process = new ProcessBuilder("python3", file.toString(), "http://127.0.0.1:" + agent.port())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException noPython) {
            assumeThat(noPython).as("python3").isNull();
            return List.of();
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return out.lines().toList();
    }

    /** The same in Java, for machines without a Python. */
    private static List<String> alerts(Map<String, Object> metrics) {
        List<String> alerts = new ArrayList<>();
        object(metrics, "CHANNEL").forEach((name, values) -> {
            Number size = (Number) ((Map<?, ?>) values).get("ChannelSize");
            if (size.longValue() > 500_000) {
                alerts.add("ALERT channel " + name + " holds " + size + " events");
            }
        });
        object(metrics, "SINK").forEach((name, values) -> {
            Number attempts = (Number) ((Map<?, ?>) values).get("EventDrainAttemptCount");
            Number successes = (Number) ((Map<?, ?>) values).get("EventDrainSuccessCount");
            if (attempts.longValue() > 0 && successes.doubleValue() / attempts.doubleValue() < 0.95) {
                alerts.add("ALERT sink " + name);
            }
        });
        return alerts;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Map<String, Object> in, String name) {
        return (Map<String, Object>) in.get(name);
    }

    private Map<String, Object> metrics() throws Exception {
        try (JsonParser json =
                new JsonFactory().createParser(agent.get("/metrics").body())) {
            json.nextToken();
            return object(json);
        }
    }

    private static Map<String, Object> object(JsonParser json) throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT) {
                values.put(name, object(json));
            } else {
                values.put(name, value.isNumeric() ? json.getNumberValue() : json.getText());
            }
        }
        return values;
    }
}

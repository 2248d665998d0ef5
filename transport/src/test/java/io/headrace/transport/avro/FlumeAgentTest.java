package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real Flume agent, a process with Flume's own jars, between two of our sources and a sink of ours. It needs the jars,
 * which {@code transport/flume-agents} fetches before it runs this.
 */
@Tag("rig")
class FlumeAgentTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final EventLoops loops = new EventLoops(1);

    @TempDir
    private Path folder;

    private Process flume;

    @AfterEach
    void close() throws Exception {
        if (flume != null) {
            flume.destroy();
            flume.waitFor(20, TimeUnit.SECONDS);
        }
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1.9.0, none, false",
        "1.9.0, deflate, false",
        "1.9.0, none, true",
        "1.9.0, deflate, true",
        "1.11.0, none, false",
        "1.11.0, deflate, false",
        "1.11.0, none, true",
        "1.11.0, deflate, true"
    })
    void shouldTalkToItInBothDirections(String version, String compression, boolean ssl) throws Exception {
        Path keys = keys();
        List<TestEvent> events = TestEvent.mixed(2_000, 3);
        Map<String, String> ofSource = new HashMap<>(Map.of("compression-type", compression));
        if (ssl) {
            ofSource.putAll(Map.of("ssl", "true", "keystore", keys.toString(), "keystore-password", "changeit"));
            // The Netty of Flume 1.9 breaks off where TLS 1.3 is spoken.
            ofSource.put("exclude-protocols", version.equals("1.9.0") ? "TLSv1.3" : "SSLv3");
        }
        int plainIn = freePort();
        int tunedIn = freePort();
        try (AvroTier tuned = AvroTier.start(loops, ofSource);
                AvroTier plain = AvroTier.start(loops, Map.of());
                ManagedChannel from = RealChannels.open(ChannelSettings.memory("from", 1_000_000), new FileStorage())) {
            start(version, configuration(plainIn, tunedIn, plain.port(), tuned.port(), compression, ssl, keys));
            try (FlumeClient client = FlumeClient.open(
                    "1.11.0", Map.of("hosts", "h", "hosts.h", "127.0.0.1:" + plainIn, "batch-size", "200"))) {
                client.appendBatch(events);
            }
            assertThat(arrived(tuned, events.size())).as("from Flume").isEqualTo(events);

            TestEvent.put(RealChannels.processor(from), events, 300);
            Map<String, String> ofSink = new HashMap<>();
            ofSink.putAll(Map.of(
                    "hostname",
                    "127.0.0.1",
                    "port",
                    Integer.toString(tunedIn),
                    "batch-size",
                    "200",
                    "compression-type",
                    compression,
                    "ssl-deflate-order",
                    version.equals("1.9.0") ? "ssl-outside" : "deflate-outside"));
            if (ssl) {
                ofSink.putAll(Map.of("ssl", "true", "trust-all-certs", "true"));
                ofSink.put("exclude-protocols", version.equals("1.9.0") ? "TLSv1.3" : "SSLv3");
            }
            TestContext context = TestContext.sink(loops, from.consumer("k1"), ofSink);
            AvroSink sink = new AvroSink(context);
            sink.start();
            try {
                assertThat(arrived(plain, events.size())).as("to Flume").isEqualTo(events);
                await().atMost(LONG).until(() -> from.size() == 0);
                assertThat(context.count("EventDrainSuccessCount")).isEqualTo(events.size());
            } finally {
                sink.stop();
            }
        }
    }

    private List<TestEvent> arrived(AvroTier tier, int count) {
        List<TestEvent> arrived = new ArrayList<>();
        await().atMost(LONG).failFast("Flume ended", () -> !flume.isAlive()).until(() -> {
            arrived.addAll(tier.take());
            return arrived.size() >= count;
        });
        return arrived;
    }

    private static String configuration(
            int plainIn, int tunedIn, int plainOut, int tunedOut, String compression, boolean ssl, Path keys) {
        String text = """
                a.sources = plain tuned
                a.channels = c1 c2
                a.sinks = tuned plain
                a.channels.c1.type = memory
                a.channels.c1.capacity = 100000
                a.channels.c1.transactionCapacity = 1000
                a.channels.c2.type = memory
                a.channels.c2.capacity = 100000
                a.channels.c2.transactionCapacity = 1000
                a.sources.plain.type = avro
                a.sources.plain.bind = 127.0.0.1
                a.sources.plain.port = %d
                a.sources.plain.channels = c1
                a.sinks.tuned.type = avro
                a.sinks.tuned.hostname = 127.0.0.1
                a.sinks.tuned.port = %d
                a.sinks.tuned.channel = c1
                a.sinks.tuned.compression-type = %s
                a.sources.tuned.type = avro
                a.sources.tuned.bind = 127.0.0.1
                a.sources.tuned.port = %d
                a.sources.tuned.channels = c2
                a.sources.tuned.compression-type = %s
                a.sinks.plain.type = avro
                a.sinks.plain.hostname = 127.0.0.1
                a.sinks.plain.port = %d
                a.sinks.plain.channel = c2
                """.formatted(plainIn, tunedOut, compression, tunedIn, compression, plainOut);
        return ssl ? text + """
                        a.sinks.tuned.ssl = true
                        a.sinks.tuned.trust-all-certs = true
                        a.sources.tuned.ssl = true
                        a.sources.tuned.keystore = %s
                        a.sources.tuned.keystore-password = changeit
                        a.sources.tuned.keystore-type = JKS
                        """.formatted(keys) : text;
    }

    /** Waits until both of its sources listen; the last line of the configuration's ports is the last to come. */
    private void start(String version, String configuration) throws Exception {
        Path file = Files.writeString(folder.resolve("flume.properties"), configuration);
        Path jars = Path.of("target", "flume", "node-" + version).toAbsolutePath();
        assertThat(jars)
                .as("jars of Flume (expected: run by transport/flume-agents)")
                .isDirectory();
        flume = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        jars + "/*",
                        "org.apache.flume.node.Application",
                        "--no-reload-conf",
                        "-n",
                        "a",
                        "-f",
                        file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "flume-" + version + ".log").toFile())
                .start();
        configuration
                .lines()
                .filter(line -> line.matches("a\\.sources\\..*\\.port = .*"))
                .map(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                .forEach(port -> await().atMost(LONG)
                        .failFast("Flume ended", () -> !flume.isAlive())
                        .until(() -> listens(port)));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            // Not yet.
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Path keys() throws Exception {
        return TestKeys.make(folder.resolve("keys.jks"));
    }
}

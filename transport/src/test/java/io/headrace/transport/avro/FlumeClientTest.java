package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.transport.EventLoops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of Flume's own SDK send to a source. */
class FlumeClientTest {
    private final EventLoops loops = new EventLoops(1);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({"1.9.0, none", "1.9.0, deflate", "1.11.0, none", "1.11.0, deflate"})
    void shouldTakeWhatTheDefaultClientSends(String version, String compression) throws Exception {
        List<TestEvent> events = TestEvent.mixed(500, 1);
        Map<String, String> settings = Map.of("batch-size", "200", "compression-type", compression);
        try (AvroTier tier = AvroTier.start(loops, Map.of("compression-type", compression));
                FlumeClient client = FlumeClient.open(version, settings(settings, tier))) {
            client.appendBatch(events);
            client.append(events.get(2));
            List<TestEvent> expected = new ArrayList<>(events);
            expected.add(events.get(2));
            assertThat(tier.take()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"1.9.0, none", "1.9.0, deflate", "1.11.0, none", "1.11.0, deflate"})
    void shouldUndoEncryptionAndCompressionInEitherOrder(String version, String compression) throws Exception {
        List<TestEvent> events = TestEvent.mixed(200, 5);
        Map<String, String> keys = Map.of(
                "ssl",
                "true",
                "keystore",
                TestKeys.make(folder.resolve("keys.jks")).toString(),
                "keystore-password",
                "changeit",
                "compression-type",
                compression,
                // The Netty of Flume 1.9 breaks off where TLS 1.3 is spoken.
                "exclude-protocols",
                version.equals("1.9.0") ? "TLSv1.3" : "SSLv3");
        Map<String, String> settings =
                Map.of("batch-size", "100", "compression-type", compression, "ssl", "true", "trust-all-certs", "true");
        try (AvroTier tier = AvroTier.start(loops, keys);
                FlumeClient client = FlumeClient.open(version, settings(settings, tier))) {
            client.appendBatch(events);
            assertThat(tier.take()).isEqualTo(events);
            assertThat(tier.context.count("RefusedTlsCount")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.9.0", "1.11.0"})
    void shouldServeTheFailoverClient(String version) throws Exception {
        List<TestEvent> events = TestEvent.mixed(20, 6);
        AvroTier first = AvroTier.start(loops, Map.of("stop-timeout", "0"));
        try (AvroTier second = AvroTier.start(loops, Map.of());
                FlumeClient client =
                        FlumeClient.open(version, settings(Map.of("client.type", "default_failover"), first, second))) {
            client.appendBatch(events);
            assertThat(first.take()).isEqualTo(events);
            first.close();
            client.appendBatch(events);
            assertThat(second.take()).isEqualTo(events);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.9.0", "1.11.0"})
    void shouldServeTheLoadBalancingClient(String version) throws Exception {
        try (AvroTier first = AvroTier.start(loops, Map.of());
                AvroTier second = AvroTier.start(loops, Map.of());
                FlumeClient client = FlumeClient.open(
                        version, settings(Map.of("client.type", "default_loadbalance"), first, second))) {
            for (int i = 0; i < 10; i++) {
                client.append(TestEvent.of("event " + i));
            }
            assertThat(first.take()).hasSize(5);
            assertThat(second.take()).hasSize(5);
        }
    }

    private static Map<String, String> settings(Map<String, String> settings, AvroTier... tiers) {
        Map<String, String> all = new HashMap<>(settings);
        StringBuilder hosts = new StringBuilder();
        for (int i = 0; i < tiers.length; i++) {
            hosts.append(" h").append(i);
            all.put("hosts.h" + i, tiers[i].address());
        }
        all.put("hosts", hosts.toString().trim());
        return all;
    }
}

package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.transport.EventLoops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients of Flume's own SDK send to a source. */
class FlumeClientTest {
    private final EventLoops loops = new EventLoops(1);

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

package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.link.netty.TestContext;
import io.headrace.transport.tls.TestCertificates;
import io.headrace.wal.FileStorage;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may send to a source: by certificate and by address. */
class AvroSecurityTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int EVENTS = 20;

    private final EventLoops loops = new EventLoops(1);

    @TempDir
    private Path folder;

    private TestCertificates certificates;
    private X509Bundle authority;
    private ManagedChannel from;
    private AvroSink sink;
    private TestContext context;

    @BeforeEach
    void open() throws Exception {
        certificates = new TestCertificates(folder);
        authority = certificates.authority("CN=authority");
        certificates.keyStore("server.p12", certificates.signed(authority, "CN=collector"));
        certificates.trustStore("trust.p12", authority);
        from = RealChannels.open(ChannelSettings.memory("from", 1_000), new FileStorage());
        TestEvent.put(RealChannels.processor(from), Collections.nCopies(EVENTS, TestEvent.of("event")), 10);
    }

    @AfterEach
    void close() {
        if (sink != null) {
            sink.stop();
        }
        from.close();
        loops.close();
    }

    private AvroTier listen(String... more) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ssl",
                "true",
                "keystore",
                folder + "/server.p12",
                "keystore-password",
                TestCertificates.PASSWORD,
                "client-auth",
                "need",
                "truststore",
                folder + "/trust.p12",
                "truststore-password",
                TestCertificates.PASSWORD));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return AvroTier.start(loops, settings);
    }

    private void send(AvroTier tier, X509Bundle own) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of(
                "hostname",
                "127.0.0.1",
                "port",
                Integer.toString(tier.port()),
                "ssl",
                "true",
                "max-backoff",
                "100",
                "truststore",
                folder + "/trust.p12",
                "truststore-password",
                TestCertificates.PASSWORD));
        if (own != null) {
            settings.put("keystore", certificates.keyStore("own.p12", own).toString());
            settings.put("keystore-password", TestCertificates.PASSWORD);
        }
        context = TestContext.sink(loops, from.consumer("k1"), settings);
        sink = new AvroSink(context);
        sink.start();
    }

    @Test
    void shouldTakeWhoShowsACertificateThatIsTrusted() throws Exception {
        try (AvroTier tier = listen()) {
            send(tier, certificates.signed(authority, "CN=web1"));
            await().atMost(LONG).until(() -> from.size() == 0);
            assertThat(tier.take()).hasSize(EVENTS);
        }
    }

    @Test
    void shouldRefuseWhoShowsNone() throws Exception {
        try (AvroTier tier = listen()) {
            send(tier, null);
            assertRefused(tier, "RefusedCertificateCount", "(expected: keystore");
        }
    }

    @Test
    void shouldRefuseWhoShowsOneThatIsNotTrusted() throws Exception {
        try (AvroTier tier = listen()) {
            send(tier, certificates.signed(certificates.authority("CN=somebody"), "CN=web1"));
            assertRefused(tier, "RefusedCertificateCount", "(expected: keystore");
        }
    }

    @Test
    void shouldRefuseSubjectsThatAreNotAllowed() throws Exception {
        try (AvroTier tier = listen("allowed-subjects", "CN=web2")) {
            send(tier, certificates.signed(authority, "CN=web1"));
            assertRefused(tier, "RefusedSubjectCount", "its log says why not");
        }
    }

    @Test
    void shouldRefuseAddressesThatAreFiltered() throws Exception {
        try (AvroTier tier = AvroTier.start(loops, Map.of("ipFilter", "true", "ipFilterRules", "deny:ip:127.*"));
                RawClient client = new RawClient(tier)) {
            assertThat(client.isAtEnd()).isTrue();
            await().atMost(LONG).until(() -> tier.context.count("RefusedAddressCount") == 1);
        }
        try (AvroTier tier =
                        AvroTier.start(loops, Map.of("ipFilter", "true", "ipFilterRules", "allow:ip:127.*,deny:ip:*"));
                RawClient client = new RawClient(tier)) {
            client.send(Wire.message(1, Wire.PIECE, Wire.handshake(), Wire.append(TestEvent.of("x"))));
            assertThat(client.status(1, 4)).isEqualTo(AvroStatus.OK);
        }
    }

    /** The source counts it, the sink knows what to do. */
    private void assertRefused(AvroTier tier, String counter, String told) {
        await().atMost(LONG).until(() -> tier.context.count(counter) > 0);
        await().atMost(LONG).until(() -> context.health.stream().anyMatch(said -> said.contains(told)));
        await().atMost(LONG).until(() -> context.lastHealth().startsWith("-"));
        assertThat(tier.context.count("EventAcceptedCount")).isZero();
        assertThat(from.size()).isEqualTo(EVENTS);
    }
}

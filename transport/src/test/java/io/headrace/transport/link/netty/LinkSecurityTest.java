package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.SettingsBinder;
import io.headrace.transport.tls.TestCertificates;
import io.headrace.wal.StreamId;
import io.netty.pkitesting.X509Bundle;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in and who does not, over real sockets: refused, told why, counted, logged, and nothing stored. */
class LinkSecurityTest {
    private static final StreamId STREAM = new StreamId(1, 1);
    private static final String TOKEN = SecuredLink.TOKEN;

    @TempDir
    private Path folder;

    private SecuredLink link;

    @BeforeEach
    void make() throws Exception {
        link = new SecuredLink(folder);
    }

    @AfterEach
    void close() {
        link.close();
    }

    private X509Bundle agent(String subject) throws Exception {
        return link.certificates.signed(link.authority, subject);
    }

    @Test
    void shouldDeliverOverTlsToANameAndToAnAddress() throws Exception {
        link.listen(link.tlsSource());
        link.send(STREAM, link.tlsSink());
        link.awaitDelivery(1);
        link.send(new StreamId(2, 2), link.tlsSink("hostname", "localhost"));
        link.awaitDelivery(2);
        assertThat(link.sourceContext.gauge("TlsCertificateSecondsLeft")).isPositive();
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 0);
        // Who said who they are doesn't count a second time when they leave.
        link.stopSinks();
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenConnectionCount") == 0);
        link.send(new StreamId(3, 3), link.tlsSink());
        link.awaitDelivery(3);
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 0);
    }

    @Test
    void shouldDeliverOverMutualTlsForAnAllowedSubject() throws Exception {
        link.listen(link.mutualSource("allowed-subjects", "CN=other; agent*"));
        link.send(STREAM, link.mutualSink(agent("CN=agent1,O=Acme")));
        link.awaitDelivery(1);
    }

    @Test
    void shouldDeliverOverTls12() throws Exception {
        link.listen(link.mutualSource("include-protocols", "TLSv1.2"));
        link.send(STREAM, link.mutualSink(agent("CN=agent1")));
        link.awaitDelivery(1);
    }

    @Test
    void shouldRefuseWhoHasNoCertificate() throws Exception {
        link.listen(link.mutualSource());
        link.assertRefused(
                link.send(STREAM, link.tlsSink()), "RefusedCertificateCount", "(CERTIFICATE): ", ": none (expected: ");
    }

    @Test
    void shouldRefuseACertificateOfAnotherAuthority() throws Exception {
        link.listen(link.mutualSource());
        X509Bundle stranger = link.certificates.authority("CN=authority");
        TestContext sink = link.send(STREAM, link.mutualSink(link.certificates.signed(stranger, "CN=agent1")));
        link.assertRefused(sink, "RefusedCertificateCount", "the peer does not take the certificate", "not trusted");
    }

    /** Java's TLS shows none of an authority that the source does not name: who has one is told what is expected of it. */
    @Test
    void shouldTellWhoseCertificateIsOfAnAuthorityThatIsNotKnown() throws Exception {
        link.listen(link.mutualSource());
        X509Bundle stranger = link.certificates.authority("CN=somebody");
        link.assertRefused(
                link.send(STREAM, link.mutualSink(link.certificates.signed(stranger, "CN=agent1"))),
                "RefusedCertificateCount",
                "(CERTIFICATE): ",
                "keystore at the sink with one that is trusted here; it shows no other");
    }

    @Test
    void shouldRefuseAnExpiredCertificate() throws Exception {
        link.listen(link.mutualSource());
        Instant end = Instant.now().minus(1, ChronoUnit.HOURS);
        X509Bundle old = link.certificates.signedUntil(link.authority, "CN=agent1", end);
        try (SSLSocket socket = connect(link.source.address().getPort(), old)) {
            // With TLS 1.3 the answer to the certificate comes when the handshake is over for this side.
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(javax.net.ssl.SSLException.class)
                    .hasMessageContaining("Received fatal alert: certificate_");
        }
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.count("RefusedCertificateCount") == 1);
        assertThat(link.logged()).anyMatch(line -> line.contains("certificate of the peer expired: "));
    }

    @Test
    void shouldNotStartASinkWithAnExpiredCertificate() throws Exception {
        link.listen(link.mutualSource());
        X509Bundle old = link.certificates.signedUntil(
                link.authority, "CN=agent1", Instant.now().minus(1, ChronoUnit.HOURS));
        assertThatThrownBy(() -> link.send(STREAM, link.mutualSink(old))).hasMessageContaining("expired at");
    }

    @Test
    void shouldRefuseASubjectThatIsNotOnTheList() throws Exception {
        link.listen(link.mutualSource("allowed-subjects", "CN=agent1; web*"));
        TestContext sink = link.send(STREAM, link.mutualSink(agent("CN=agent2")));
        link.assertRefused(sink, "RefusedSubjectCount", "(SUBJECT): certificate of CN=agent2", "allowed-subjects");
    }

    @Test
    void shouldRefuseAWrongOrMissingToken() throws Exception {
        link.listen(Map.of("token", TOKEN));
        link.assertRefused(
                link.send(STREAM, Map.of("token", "not-this-one-at-all")),
                "RefusedTokenCount",
                "(TOKEN)",
                "token-file at the sink");
        TestContext without = link.send(new StreamId(2, 2), Map.of());
        await().atMost(SecuredLink.LONG).until(() -> without.lastHealth().contains(": none (expected: "));
        link.stopSinks();
        link.send(new StreamId(3, 3), Map.of("token", TOKEN));
        link.awaitDelivery(1);
        link.assertNoSecret();
    }

    @Test
    void shouldShowTheNewTokenOfItsFileWithTheNextConnection() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        int port = link.listen(Map.of("token", TOKEN));
        TestContext sink = link.send(STREAM, Map.of("token-file", file.toString()));
        link.awaitDelivery(1);
        Files.writeString(file, "another-secret-0815\n");
        link.source.stop();
        link.listen(Map.of("token", "another-secret-0815", "port", Integer.toString(port)));
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenConnectionCount") == 1);
        assertThat(link.sourceContext.count("RefusedTokenCount")).isZero();
        assertThat(sink.health).noneMatch(said -> said.contains("TOKEN"));
        // What cannot be used leaves the one that can.
        Files.writeString(file, "short\n");
        link.source.stop();
        link.listen(Map.of("token", "another-secret-0815", "port", Integer.toString(port)));
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenConnectionCount") == 1);
        assertThat(link.logged()).anyMatch(line -> line.contains("the old token stays in use"));
    }

    @Test
    void shouldNotSendATokenOverAPlainConnectionToAnotherMachine() throws Exception {
        link.listen(Map.of("bind", "0.0.0.0"));
        String own = anotherAddressOfThisMachine();
        assumeThat(own).as("an address beside the loopback").isNotNull();
        TestContext sink = link.send(STREAM, Map.of("token", TOKEN, "hostname", own));
        await().atMost(SecuredLink.LONG)
                .until(() -> sink.lastHealth().contains("the token is not sent over a plain connection"));
        assertThat(link.collector.published()).isZero();
        link.stopSinks();
        TestContext told =
                link.send(new StreamId(2, 2), Map.of("token", TOKEN, "hostname", own, "allow-plain-token", "true"));
        await().atMost(SecuredLink.LONG).until(() -> told.lastHealth().contains("came over a plain connection"));
        assertThat(link.collector.published()).isZero();
        assertThat(link.sourceContext.count("RefusedTokenCount")).isPositive();
    }

    private static String anotherAddressOfThisMachine() throws Exception {
        return java.net.NetworkInterface.networkInterfaces()
                .flatMap(java.net.NetworkInterface::inetAddresses)
                .filter(a -> a instanceof java.net.Inet4Address && !a.isLoopbackAddress())
                .map(java.net.InetAddress::getHostAddress)
                .findFirst()
                .orElse(null);
    }

    @Test
    void shouldRefuseAFilteredAddressAndSayWhy() throws Exception {
        link.listen(Map.of("ipFilter", "true", "ipFilterRules", "deny:ip:127.*"));
        link.assertRefused(link.send(STREAM, Map.of()), "RefusedAddressCount", "(ADDRESS)", "deny:ip:127.*");
    }

    @Test
    void shouldRefuseAFilteredAddressWithTlsByAnAlert() throws Exception {
        link.listen(link.tlsSource("ipFilter", "true", "ipFilterRules", "allow:ip:10.0.0.0/8,deny:ip:*"));
        link.assertRefused(
                link.send(STREAM, link.tlsSink()), "RefusedAddressCount", "access_denied", "ipFilterRules: deny:ip:*");
    }

    @Test
    void shouldLetInAnAddressThatTheFilterAllows() throws Exception {
        link.listen(link.tlsSource("ipFilter", "true", "ipFilterRules", "allow:name:localhost,deny:ip:*"));
        link.send(STREAM, link.tlsSink());
        link.awaitDelivery(1);
    }

    @Test
    void shouldRefuseSomebodyElsesStreamAlsoAfterARestart_R20() throws Exception {
        Map<String, String> settings = link.mutualSource();
        link.listen(settings);
        link.send(STREAM, link.mutualSink(agent("CN=agent1")));
        link.awaitDelivery(1);
        link.restart(settings);
        link.assertRefused(
                link.send(STREAM, link.mutualSink(agent("CN=agent2"))),
                "RefusedStreamCount",
                "(STREAM): ",
                "the stream belongs to somebody else by certificate");
        link.stopSinks();
        // A new certificate of the owner is the owner's.
        link.send(STREAM, link.mutualSink(agent("CN=agent1")));
        link.awaitDelivery(1);
    }

    @Test
    void shouldRefuseTheStreamOfAnotherToken_R20() throws Exception {
        Path tokens = Files.writeString(
                folder.resolve("tokens"), "# senders\nweb1 first-secret-1\nweb1 newer-secret-1\nweb2 other-secret-2\n");
        Map<String, String> settings = Map.of("token-file", tokens.toString());
        link.listen(settings);
        link.send(STREAM, Map.of("token", "first-secret-1"));
        link.awaitDelivery(1);
        link.restart(settings);
        link.assertRefused(
                link.send(STREAM, Map.of("token", "other-secret-2")), "RefusedStreamCount", "(STREAM): ", "by token");
        link.stopSinks();
        link.send(STREAM, Map.of("token", "newer-secret-1"));
        link.awaitDelivery(1);
    }

    @Test
    void shouldTellAPlainSinkThatThePortSpeaksTls() throws Exception {
        link.listen(link.tlsSource());
        link.assertRefused(
                link.send(STREAM, Map.of()),
                "RefusedTlsCount",
                "(TRANSPORT): a plain connection",
                "came to a port with TLS");
    }

    @Test
    void shouldTellATlsSinkThatThePortIsPlain() throws Exception {
        link.listen(Map.of());
        link.assertRefused(
                link.send(STREAM, link.tlsSink()),
                "RefusedTlsCount",
                "what came is not TLS",
                "TLS came to a port without");
    }

    @Test
    void shouldNotTrustAServerOfAnotherAuthority() throws Exception {
        link.listen(link.tlsSource());
        link.certificates.trustStore("trust.p12", link.certificates.authority("CN=authority"));
        TestContext sink = link.send(STREAM, link.tlsSink());
        await().atMost(SecuredLink.LONG).until(() -> sink.lastHealth().contains("is not trusted"));
        assertThat(link.collector.published()).isZero();
        link.stopSinks();
        link.send(STREAM, Map.of("ssl", "true", "trust-all-certs", "true"));
        link.awaitDelivery(1);
    }

    @Test
    void shouldNotSendToAServerWithTheNameOfAnother() throws Exception {
        link.certificates.keyStore("server.p12", link.certificates.signedElsewhere(link.authority, "CN=localhost"));
        link.listen(link.tlsSource());
        TestContext sink = link.send(STREAM, link.tlsSink());
        await().atMost(SecuredLink.LONG).until(() -> sink.lastHealth().contains("for the host that was connected to"));
        assertThat(link.collector.published()).isZero();
        link.stopSinks();
        link.send(STREAM, link.tlsSink("verify-hostname", "false"));
        link.awaitDelivery(1);
    }

    @Test
    void shouldUseANewCertificateForNewConnectionsAndKeepTheOldOnes() throws Exception {
        int port = link.listen(link.tlsSource());
        try (SSLSocket old = connect(port)) {
            assertThat(subjectOf(old)).isEqualTo("CN=collector");
            link.send(STREAM, link.tlsSink());
            link.awaitDelivery(1);
            link.certificates.keyStore("server.p12", agent("CN=collector2"));
            await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.count("TlsReloadCount") == 1);
            try (SSLSocket fresh = connect(port)) {
                assertThat(subjectOf(fresh)).isEqualTo("CN=collector2");
            }
            Files.writeString(folder.resolve("server.p12"), "broken");
            await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.count("TlsReloadFailedCount") == 1);
            try (SSLSocket fresh = connect(port)) {
                assertThat(subjectOf(fresh)).isEqualTo("CN=collector2");
            }
            assertThat(link.sourceContext.count("ConnectionClosedCount")).isZero();
            link.assertNoSecret();
        }
    }

    private SSLSocket connect(int port) throws Exception {
        return connect(port, null);
    }

    private SSLSocket connect(int port, X509Bundle own) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(own == null ? null : own.toKeyStore(new char[0]), new char[0]);
        KeyStore trusted =
                KeyStore.getInstance(folder.resolve("trust.p12").toFile(), TestCertificates.PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    private static String subjectOf(SSLSocket socket) throws Exception {
        return socket.getSession().getPeerPrincipal().getName();
    }

    @Test
    void shouldCloseWhoNeverFinishesAHandshake_R19() throws Exception {
        int port = link.listen(link.tlsSource("handshake-timeout", "300"));
        try (Socket silent = new Socket("127.0.0.1", port);
                Socket half = new Socket("127.0.0.1", port)) {
            half.getOutputStream().write(new byte[] {22, 3, 1, 1});
            silent.setSoTimeout(20_000);
            half.setSoTimeout(20_000);
            drain(silent);
            drain(half);
        }
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.count("RefusedTimeoutCount") == 2);
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 0);
    }

    private static void drain(Socket socket) throws Exception {
        InputStream in = socket.getInputStream();
        int read = in.read();
        while (read >= 0) {
            read = in.read();
        }
    }

    @Test
    void shouldBoundConnectionsThatHaveNotSaidWhoTheyAre_R19() throws Exception {
        int port = link.listen(Map.of("maxHandshakes", "3"));
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                open.add(new Socket("127.0.0.1", port));
            }
            // Several event loops accept: which of four comes last is not said by the order of connecting.
            await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 3);
            open.add(new Socket("127.0.0.1", port));
            open.get(3).setSoTimeout(5_000);
            assertThat(open.get(3).getInputStream().read()).isEqualTo(-1);
            assertThat(link.sourceContext.count("RefusedConnectionsCount")).isEqualTo(1);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 0);
        link.send(STREAM, Map.of());
        link.awaitDelivery(1);
    }

    @Test
    void shouldSurviveGarbageOnATlsPort_R19() throws Exception {
        int port = link.listen(link.tlsSource());
        byte[][] all = {
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            {22, 3, 1, 0, 5, 1, 2, 3, 4, 5},
            {22, 3, 3, (byte) 255, (byte) 255, 1, 2, 3},
            {22, 3, 3, 0, 4, 99, 0, 0, 0}
        };
        for (byte[] garbage : all) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(garbage);
                socket.shutdownOutput();
                drain(socket);
            }
        }
        await().atMost(SecuredLink.LONG).until(() -> link.sourceContext.gauge("OpenHandshakeCount") == 0);
        assertThat(link.sourceContext.count("RefusedTlsCount")).isPositive();
        assertThat(link.logged()).anyMatch(line -> line.contains("neither TLS nor a sink link"));
        assertThat(link.sourceContext.lastHealth()).startsWith("+");
        link.send(STREAM, link.tlsSink());
        link.awaitDelivery(1);
    }

    @Test
    void shouldSayWhichKeysHaveNoEffect() {
        assertThat(remarksOf(
                        LinkSourceSettings.class,
                        "bind",
                        "x",
                        "port",
                        "1",
                        "client-auth",
                        "need",
                        "ipFilterRules",
                        "deny:ip:*"))
                .anyMatch(line -> line.contains("client-auth: need: has no effect (ssl = false)"))
                .anyMatch(line -> line.contains("ipFilterRules: deny:ip:*: has no effect (ipFilter = false)"));
        assertThat(remarksOf(
                        LinkSinkSettings.class, "hostname", "x", "port", "1", "ssl", "true", "trust-all-certs", "true"))
                .anyMatch(line -> line.contains("anybody can take the receiver's place"));
    }

    private static List<String> remarksOf(Class<? extends Record> type, String... keysAndValues) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], ConfigValue.of(keysAndValues[i], keysAndValues[i + 1]));
        }
        SettingsBinder binder = new SettingsBinder("test", null, values);
        assertThat(binder.tryBind(type)).isPresent();
        return binder.problems().stream().map(Object::toString).toList();
    }

    @Test
    void shouldKeepOwnersThroughATornLastLineAndForgetOnlyTheOwnersOldest() throws Exception {
        Path data = folder.resolve("owners");
        try (StreamOwners owners = StreamOwners.open(data, 2)) {
            assertThat(owners.claim(STREAM, "token", "a").get()).isTrue();
            assertThat(owners.claim(STREAM, "token", "b").get()).isFalse();
            assertThat(owners.claim(STREAM, "certificate", "b").get()).isTrue();
        }
        Path file = data.resolve(StreamOwners.FILE);
        Files.writeString(file, Files.readString(file) + "00000000000000020000000000000002 token");
        try (StreamOwners owners = StreamOwners.open(data, 2)) {
            assertThat(owners.isOpenTo(STREAM, "token", "b")).isFalse();
            assertThat(owners.isOpenTo(STREAM, "token", "a")).isTrue();
            for (int i = 2; i < 5; i++) {
                assertThat(owners.claim(new StreamId(i, i), "token", "c").get()).isTrue();
            }
            assertThat(owners.isOpenTo(new StreamId(2, 2), "token", "x")).isTrue();
            assertThat(owners.isOpenTo(new StreamId(3, 3), "token", "x")).isFalse();
            assertThat(owners.isOpenTo(STREAM, "token", "x")).isFalse();
        }
        Files.writeString(file, "nonsense\n");
        assertThatThrownBy(() -> StreamOwners.open(data, 2))
                .hasMessageContaining("line 1: nonsense (expected: STREAM KIND OWNER)");
    }

    @Test
    void shouldSayWhatIsWrongWithTokens() throws Exception {
        assertThatThrownBy(() -> link.listen(Map.of("token", "short")))
                .hasMessageContaining("token: ***")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> link.listen(Map.of("token-file", folder + "/none")))
                .hasMessageContaining("no such file (expected: a readable file)");
        Path file = Files.writeString(folder.resolve("tokens"), "a b c\n");
        assertThatThrownBy(() -> link.listen(Map.of("token-file", file.toString())))
                .hasMessageContaining("line 1 (expected: TOKEN or NAME TOKEN")
                .hasMessageNotContaining("a b c");
        link.source = null;
    }
}

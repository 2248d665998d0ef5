package io.headrace.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.config.SettingsBinder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What TLS contexts are made of, and what is said when they cannot be. */
class TlsContextTest {
    private static final String PASSWORD = TestCertificates.PASSWORD;

    @TempDir
    private Path folder;

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final TlsDefaults defaults = new TlsDefaults(properties::get, environment::get);
    private final List<String> heard = new ArrayList<>();
    private final TlsContext.Listener listener = new TlsContext.Listener() {
        @Override
        public void reloaded(String what) {
            heard.add("+" + what);
        }

        @Override
        public void notReloaded(IOException why) {
            heard.add("-" + why.getMessage());
        }
    };
    private TestCertificates files;
    private X509Bundle authority;

    @BeforeEach
    void make() throws Exception {
        files = new TestCertificates(folder);
        authority = files.authority("CN=authority");
    }

    private TlsContext server(String... keysAndValues) throws IOException {
        return TlsContexts.server(
                SettingsBinder.bind(ServerTlsSettings.class, map(keysAndValues)),
                defaults,
                SystemEpochClock.INSTANCE,
                io.netty.handler.ssl.ClientAuth.REQUIRE);
    }

    private TlsContext client(String... keysAndValues) throws IOException {
        return TlsContexts.client(
                SettingsBinder.bind(ClientTlsSettings.class, map(keysAndValues)),
                defaults,
                SystemEpochClock.INSTANCE,
                true);
    }

    private static Map<String, String> map(String... keysAndValues) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static SSLEngine engineOf(TlsContext context) {
        SslHandler handler = context.newHandler(UnpooledByteBufAllocator.DEFAULT);
        return handler.engine();
    }

    private void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOf(TlsException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("(expected: ")
                .hasMessageNotContaining(PASSWORD)
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void shouldReadAKeyStoreOfTheTypeThatFlumeTakesByDefault() throws Exception {
        Path store = files.keyStore("own.p12", files.signed(authority, "CN=one"));
        TlsContext context = server("keystore", store.toString(), "keystore-password", PASSWORD);
        assertThat(context.description()).startsWith("certificate of CN=one valid until ");
        assertThat(context.secondsLeft()).isBetween(80_000L, 86_401L);
    }

    @Test
    void shouldReadPem() throws Exception {
        Path pem = files.pem("own.pem", files.signed(authority, "CN=one"));
        assertThat(server("keystore", pem.toString(), "keystore-type", "PEM").description())
                .startsWith("certificate of CN=one ");
        client("truststore", pem.toString(), "truststore-type", "pem");
    }

    @Test
    void shouldFallBackToPropertiesAndThenToTheEnvironment() throws Exception {
        Path one = files.keyStore("one.p12", files.signed(authority, "CN=one"));
        Path two = files.pem("two.pem", files.signed(authority, "CN=two"));
        environment.put("FLUME_SSL_KEYSTORE_PATH", two.toString());
        environment.put("FLUME_SSL_KEYSTORE_TYPE", "PEM");
        assertThat(server().description()).startsWith("certificate of CN=two ");
        properties.put("javax.net.ssl.keyStore", one.toString());
        properties.put("javax.net.ssl.keyStorePassword", PASSWORD);
        properties.put("javax.net.ssl.keyStoreType", "PKCS12");
        assertThat(server().description()).startsWith("certificate of CN=one ");
        assertThat(server("keystore", two.toString(), "keystore-type", "PEM").description())
                .startsWith("certificate of CN=two ");
    }

    @Test
    void shouldSayWhatIsWrongWithAKeyStore() throws Exception {
        assertRefused(this::server, "keystore: missing", "FLUME_SSL_KEYSTORE_PATH");
        assertRefused(() -> server("keystore", folder + "/none"), "keystore: " + folder + "/none: no such file");
        String store =
                files.keyStore("own.p12", files.signed(authority, "CN=one")).toString();
        assertRefused(
                () -> server("keystore", store, "keystore-password", "hunter2"), "keystore-password: wrong", store);
        assertRefused(() -> server("keystore", store), "keystore-password: missing", store);
        assertRefused(
                () -> server("keystore", store, "keystore-password", PASSWORD, "keystore-type", "JXX"),
                "keystore-type: JXX");
        String trust = files.trustStore("trust.p12", authority).toString();
        assertRefused(() -> server("keystore", trust, "keystore-password", PASSWORD), "no private key", "trust store?");
        String text = Files.writeString(folder.resolve("text"), "nothing").toString();
        assertRefused(() -> server("keystore", text, "keystore-password", PASSWORD), "no store of type JKS");
        assertRefused(() -> server("keystore", text, "keystore-type", "PEM"), "no certificate");
    }

    @Test
    void shouldRefuseAnExpiredCertificateOfItsOwn() throws Exception {
        Instant end = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        String store = files.keyStore("own.p12", files.signedUntil(authority, "CN=old", end))
                .toString();
        assertRefused(
                () -> server("keystore", store, "keystore-password", PASSWORD),
                "certificate of CN=old expired at " + end);
    }

    @Test
    void shouldRefuseAKeyThatIsNotThatOfTheCertificate() throws Exception {
        X509Bundle one = files.signed(authority, "CN=one");
        X509Bundle two = files.signed(authority, "CN=two");
        Path mixed =
                Files.writeString(folder.resolve("mixed.pem"), one.getCertificatePathPEM() + two.getPrivateKeyPEM());
        assertRefused(
                () -> server("keystore", mixed.toString(), "keystore-type", "PEM"),
                "the key is not that of the certificate of CN=one");
    }

    @Test
    void shouldWantToKnowWhomToTrustWhenItAsksForCertificates() throws Exception {
        String store =
                files.keyStore("own.p12", files.signed(authority, "CN=one")).toString();
        assertRefused(
                () -> server("keystore", store, "keystore-password", PASSWORD, "client-auth", "need"),
                "truststore: missing");
        String trust = files.trustStore("trust.p12", authority).toString();
        TlsContext context = server(
                "keystore",
                store,
                "keystore-password",
                PASSWORD,
                "client-auth",
                "need",
                "truststore",
                trust,
                "truststore-password",
                PASSWORD);
        assertThat(engineOf(context).getNeedClientAuth()).isTrue();
    }

    @Test
    void shouldSayWhatIsWrongWithATrustStore() throws Exception {
        String trust = files.trustStore("trust.p12", authority).toString();
        assertRefused(() -> client("truststore", trust), "no trusted certificate", "truststore-password missing?");
        assertRefused(
                () -> client("truststore", trust, "truststore-password", "hunter2"), "truststore-password: wrong");
        assertRefused(
                () -> client("truststore", trust, "truststore-password", PASSWORD, "trustmanager-type", "X"),
                "trustmanager-type: X");
    }

    @Test
    void shouldSpeakWhatIsIncludedAndNotExcluded() throws Exception {
        String pem = files.pem("own.pem", files.signed(authority, "CN=one")).toString();
        String[] base = {"keystore", pem, "keystore-type", "PEM"};
        assertThat(engineOf(server(base)).getEnabledProtocols()).contains("TLSv1.3", "TLSv1.2");
        assertThat(engineOf(with(base, "exclude-protocols", "TLSv1.3")).getEnabledProtocols())
                .contains("TLSv1.2")
                .doesNotContain("TLSv1.3");
        assertThat(engineOf(with(base, "include-protocols", "TLSv1.3")).getEnabledProtocols())
                .containsExactly("TLSv1.3");
        assertThat(engineOf(with(base, "include-cipher-suites", "TLS_AES_256_GCM_SHA384"))
                        .getEnabledCipherSuites())
                .containsExactly("TLS_AES_256_GCM_SHA384");
        environment.put("FLUME_SSL_INCLUDE_PROTOCOLS", "TLSv1.2");
        assertThat(engineOf(server(base)).getEnabledProtocols()).containsExactly("TLSv1.2");
        assertRefused(() -> with(base, "include-protocols", "TLSv9"), "include-protocols: TLSv9");
        assertRefused(() -> with(base, "exclude-protocols", "TLSv1.2"), "exclude-protocols: TLSv1.2", "leaves nothing");
    }

    private TlsContext with(String[] base, String key, String value) throws IOException {
        List<String> all = new ArrayList<>(List.of(base));
        all.add(key);
        all.add(value);
        return server(all.toArray(String[]::new));
    }

    @Test
    void shouldUseNewFilesAndKeepTheOldOnesWhileTheNewAreBroken() throws Exception {
        Path store = files.keyStore("own.p12", files.signed(authority, "CN=one"));
        TlsContext context = server("keystore", store.toString(), "keystore-password", PASSWORD);
        context.checkFiles(listener);
        assertThat(heard).isEmpty();
        Files.writeString(store, "half");
        context.checkFiles(listener);
        context.checkFiles(listener);
        assertThat(heard).hasSize(1);
        assertThat(heard.get(0)).startsWith("-keystore: " + store);
        assertThat(context.description()).contains("CN=one");
        Files.delete(store);
        context.checkFiles(listener);
        assertThat(heard.get(1)).contains("no such file");
        files.keyStore("own.p12", files.signed(authority, "CN=two"));
        context.checkFiles(listener);
        assertThat(heard).hasSize(3);
        assertThat(heard.get(2)).startsWith("+certificate of CN=two ");
        assertThat(context.description()).contains("CN=two");
    }

    @Test
    void shouldNotShowPasswordsOfItsSettings() {
        String shown = SettingsBinder.bind(
                        ServerTlsSettings.class,
                        Map.of("keystore-password", "hunter2", "truststore-password", "hunter2"))
                .toString();
        assertThat(shown).doesNotContain("hunter2");
    }

    @Test
    void shouldTakeSubjectsByNameOrAsAWhole() throws Exception {
        X509Bundle one = files.signed(authority, "CN=web1.acme.example,O=Acme");
        for (String allowed : List.of(
                "*", "web*.acme.example", "localhost", "x; WEB1.acme.example", "cn=web1.acme.example, o=Acme")) {
            assertThat(SubjectFilter.parse(allowed).allows(one.getCertificate()))
                    .as(allowed)
                    .isTrue();
        }
        for (String other : List.of("web2*", "CN=web1.acme.example", "Acme", "CN=*,O=Acme")) {
            assertThat(SubjectFilter.parse(other).allows(one.getCertificate()))
                    .as(other)
                    .isFalse();
        }
        assertThatThrownBy(() -> SubjectFilter.parse("a, b"))
                .hasMessage("allowed-subjects: a, b (expected: semicolons between subjects)");
        assertThatThrownBy(() -> SubjectFilter.parse(" ; ")).hasMessageContaining("allowed-subjects: empty");
    }
}

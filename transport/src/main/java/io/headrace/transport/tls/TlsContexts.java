package io.headrace.transport.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.agrona.concurrent.EpochClock;

/**
 * Makes {@link TlsContext}s of settings: with netty-tcnative where it is on the class path and works (not with {@code
 * -Dio.netty.handler.ssl.noOpenSsl=true}), else with Java's own TLS. Pure functions, for any thread that may read files.
 */
public final class TlsContexts {
    private TlsContexts() {}

    /**
     * For a server.
     *
     * @param asks what is done to peers without a certificate with {@link ClientAuth#NEED}: REQUIRE ends the handshake,
     *     OPTIONAL leaves it to the caller, who has words for it; one that is not trusted ends it in any case
     * @throws IOException with key, value and expectation
     */
    public static TlsContext server(
            ServerTlsSettings settings, TlsDefaults defaults, EpochClock clock, io.netty.handler.ssl.ClientAuth asks)
            throws IOException {
        Store keys = keys(settings.keyStore(), defaults);
        if (keys == null) {
            throw new TlsException("keystore: missing (expected: a file with key and certificate, or"
                    + " -Djavax.net.ssl.keyStore, or FLUME_SSL_KEYSTORE_PATH)");
        }
        boolean needs = settings.clientAuth() == ClientAuth.NEED;
        Store trusted = needs ? trusted(settings.trustStore(), defaults) : null;
        if (needs && trusted == null) {
            // What Java trusts by itself would let in everybody who has any certificate.
            throw new TlsException(
                    "truststore: missing (expected: with client-auth = need, a file with the certificates"
                            + " of those who may sign)");
        }
        Names names = names(settings.protocols(), defaults);
        TlsContext.Loader loader = now -> {
            Stores.KeyMaterial own = Stores.keys(keys.path(), keys.type(), keys.password(), now);
            SslContextBuilder builder = SslContextBuilder.forServer(own.factory());
            if (trusted != null) {
                builder.trustManager(trustManagers(trusted, settings.trustStore()))
                        .clientAuth(asks);
            }
            return loaded(build(builder, names), own);
        };
        return new TlsContext(files(keys, trusted), loader, clock, false);
    }

    /**
     * For a client.
     *
     * @param verifiesHost what {@code verify-hostname} means when nobody says
     * @throws IOException with key, value and expectation
     */
    public static TlsContext client(
            ClientTlsSettings settings, TlsDefaults defaults, EpochClock clock, boolean verifiesHost)
            throws IOException {
        boolean all = settings.trustAll();
        boolean verifies = !all && settings.verifyHostname().orElse(verifiesHost);
        Store trusted = all ? null : trusted(settings.trustStore(), defaults);
        Store keys = keys(settings.keyStore(), defaults);
        Names names = names(settings.protocols(), defaults);
        TlsContext.Loader loader = now -> {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().endpointIdentificationAlgorithm(verifies ? "HTTPS" : null);
            if (all) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (trusted != null) {
                builder.trustManager(trustManagers(trusted, settings.trustStore()));
            }
            Stores.KeyMaterial own = keys == null ? null : Stores.keys(keys.path(), keys.type(), keys.password(), now);
            if (own != null) {
                builder.keyManager(own.factory());
            }
            return loaded(build(builder, names), own);
        };
        return new TlsContext(files(keys, trusted), loader, clock, verifies);
    }

    /** Which of the two speaks TLS, for people. */
    public static String provider() {
        return OpenSsl.isAvailable() ? "OpenSSL (" + OpenSsl.versionString() + ")" : "Java";
    }

    /** A file with its type and password, which may be null; no record, so that nothing prints it. */
    private static final class Store {
        private final Path path;
        private final String type;
        private final String password;

        Store(Path path, String type, String password) {
            this.path = path;
            this.type = type;
            this.password = password;
        }

        Path path() {
            return path;
        }

        String type() {
            return type;
        }

        String password() {
            return password;
        }
    }

    /** Protocols and cipher suites; null for those that the provider takes by itself. */
    private record Names(List<String> protocols, List<String> suites) {}

    private static Store keys(KeyStoreSettings settings, TlsDefaults defaults) {
        Path path = settings.path().orElseGet(() -> path(defaults.store("keyStore")));
        return path == null
                ? null
                : new Store(
                        path,
                        settings.type().orElseGet(() -> or(defaults.store("keyStoreType"), "JKS")),
                        settings.password().orElseGet(() -> defaults.store("keyStorePassword")));
    }

    private static Store trusted(TrustStoreSettings settings, TlsDefaults defaults) {
        Path path = settings.path().orElseGet(() -> path(defaults.store("trustStore")));
        return path == null
                ? null
                : new Store(
                        path,
                        settings.type().orElseGet(() -> or(defaults.store("trustStoreType"), "JKS")),
                        settings.password().orElseGet(() -> defaults.store("trustStorePassword")));
    }

    private static Path path(String text) {
        return text == null ? null : Path.of(text);
    }

    private static String or(String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static List<Path> files(Store... stores) {
        List<Path> files = new ArrayList<>();
        for (Store store : stores) {
            if (store != null) {
                files.add(store.path());
            }
        }
        return files;
    }

    private static TrustManagerFactory trustManagers(Store trusted, TrustStoreSettings settings) throws IOException {
        KeyStore store = Stores.trusted(trusted.path(), trusted.type(), trusted.password());
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(settings.managerType());
            factory.init(store);
            return factory;
        } catch (NoSuchAlgorithmException e) {
            throw new TlsException("trustmanager-type: " + settings.managerType() + " (expected: PKIX or SunX509)", e);
        } catch (GeneralSecurityException e) {
            throw new TlsException("truststore: " + trusted.path() + ": " + e.getMessage(), e);
        }
    }

    private static SslContext build(SslContextBuilder builder, Names names) throws IOException {
        if (names.protocols() != null) {
            builder.protocols(names.protocols());
        }
        if (names.suites() != null) {
            builder.ciphers(names.suites(), SupportedCipherSuiteFilter.INSTANCE);
        }
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .build();
    }

    private static TlsContext.Loaded loaded(SslContext context, Stores.KeyMaterial own) {
        return own == null
                ? new TlsContext.Loaded(context, "no certificate of its own", Long.MAX_VALUE)
                : new TlsContext.Loaded(
                        context,
                        "certificate of " + own.subject() + " valid until " + Instant.ofEpochMilli(own.notAfter()),
                        own.notAfter());
    }

    private static Names names(TlsProtocols settings, TlsDefaults defaults) throws IOException {
        SSLParameters usual;
        SSLParameters possible;
        try {
            usual = SSLContext.getDefault().getDefaultSSLParameters();
            possible = SSLContext.getDefault().getSupportedSSLParameters();
        } catch (NoSuchAlgorithmException e) {
            throw new TlsException("Java's default TLS context: " + e.getMessage(), e);
        }
        List<String> excluded = new ArrayList<>(settings.excludeProtocols());
        if (excluded.isEmpty()) {
            excluded.addAll(defaults.list("exclude", "protocols"));
        }
        excluded.add("SSLv3");
        List<String> protocols = chosen(
                "protocols",
                or(settings.includeProtocols(), defaults.list("include", "protocols")),
                excluded,
                usual.getProtocols(),
                possible.getProtocols());
        List<String> suites = chosen(
                "cipher-suites",
                or(settings.includeCipherSuites(), defaults.list("include", "cipherSuites")),
                or(settings.excludeCipherSuites(), defaults.list("exclude", "cipherSuites")),
                usual.getCipherSuites(),
                possible.getCipherSuites());
        return new Names(protocols, suites);
    }

    private static List<String> or(List<String> list, List<String> otherwise) {
        return list.isEmpty() ? otherwise : list;
    }

    /** Null when nobody wants anything else than the usual ones. */
    private static List<String> chosen(
            String what, List<String> included, List<String> excluded, String[] usual, String[] possible)
            throws IOException {
        List<String> known = List.of(possible);
        for (String name : included) {
            if (!known.contains(name)) {
                throw new TlsException("include-" + what + ": " + name + " (expected: one of "
                        + String.join(", ", new TreeSet<>(known)) + ")");
            }
        }
        Predicate<String> isExcluded = excluded::contains;
        List<String> from = included.isEmpty() ? List.of(usual) : included;
        List<String> left = from.stream().filter(isExcluded.negate()).toList();
        if (left.isEmpty()) {
            throw new TlsException("exclude-" + what + ": " + String.join(" ", excluded)
                    + " leaves nothing (expected: one of " + String.join(", ", from) + " to be left)");
        }
        return included.isEmpty() && left.size() == from.size() ? null : left;
    }
}

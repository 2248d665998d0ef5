package io.headrace.transport.tls;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.agrona.concurrent.EpochClock;

/**
 * Makes {@link TlsContext}s of settings. Pure functions, for any thread that may read files.
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
        TlsStore keys = keys(settings.keyStore(), defaults);
        if (keys == null) {
            throw new TlsException("keystore: missing (expected: a file with key and certificate, or"
                    + " -Djavax.net.ssl.keyStore, or FLUME_SSL_KEYSTORE_PATH)");
        }
        boolean needs = settings.clientAuth() == ClientAuth.NEED;
        TlsStore trusted = needs ? trusted(settings.trustStore(), defaults) : null;
        if (needs && trusted == null) {
            // What Java trusts by itself would let in everybody who has any certificate.
            throw new TlsException(
                    "truststore: missing (expected: with client-auth = need, a file with the certificates"
                            + " of those who may sign)");
        }
        TlsNames names = names(settings.protocols(), defaults);
        TlsContext.Loader loader = now -> {
            Stores.KeyMaterial own = Stores.keys(keys.path(), keys.type(), keys.password(), now);
            SslContextBuilder builder = SslContextBuilder.forServer(own.factory());
            if (trusted != null) {
                builder.trustManager(TlsMaker.trustManagers(
                                trusted, settings.trustStore().managerType()))
                        .clientAuth(asks);
            }
            return TlsMaker.loaded(TlsMaker.build(builder, names), own);
        };
        return new TlsContext(TlsMaker.files(keys, trusted), loader, clock, false);
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
        TlsStore trusted = all ? null : trusted(settings.trustStore(), defaults);
        TlsStore keys = keys(settings.keyStore(), defaults);
        TlsNames names = names(settings.protocols(), defaults);
        return TlsMaker.client(all, trusted, settings.trustStore().managerType(), keys, verifies, names, clock);
    }

    private static TlsStore keys(KeyStoreSettings settings, TlsDefaults defaults) {
        Path path = settings.path().orElseGet(() -> path(defaults.store("keyStore")));
        return path == null
                ? null
                : new TlsStore(
                        path,
                        settings.type().orElseGet(() -> or(defaults.store("keyStoreType"), "JKS")),
                        settings.password().orElseGet(() -> defaults.store("keyStorePassword")));
    }

    private static TlsStore trusted(TrustStoreSettings settings, TlsDefaults defaults) {
        Path path = settings.path().orElseGet(() -> path(defaults.store("trustStore")));
        return path == null
                ? null
                : new TlsStore(
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

    private static TlsNames names(TlsProtocols settings, TlsDefaults defaults) throws IOException {
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
        return new TlsNames(protocols, suites);
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

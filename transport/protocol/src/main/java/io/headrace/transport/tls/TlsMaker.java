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
import javax.net.ssl.TrustManagerFactory;
import org.agrona.concurrent.EpochClock;

/**
 * Makes {@link TlsContext}s: with netty-tcnative where it is on the class path and works (not with {@code
 * -Dio.netty.handler.ssl.noOpenSsl=true}), else with Java's own TLS. Pure functions, for any thread that may read files.
 */
public final class TlsMaker {
    private TlsMaker() {}

    /** Which of the two speaks TLS, for people. */
    public static String provider() {
        return OpenSsl.isAvailable() ? "OpenSSL (" + OpenSsl.versionString() + ")" : "Java";
    }

    /**
     * For a client.
     *
     * @param trustAll whether any certificate is taken, from anybody
     * @param trusted whose certificates are trusted, or null for those that Java trusts
     * @param managerType algorithm of Java's TrustManagerFactory
     * @param keys its own key and certificate, or null
     * @param verifies whether the server's certificate must be for the host that is connected to
     * @throws IOException with key, value and expectation
     */
    public static TlsContext client(
            boolean trustAll,
            TlsStore trusted,
            String managerType,
            TlsStore keys,
            boolean verifies,
            TlsNames names,
            EpochClock clock)
            throws IOException {
        TlsContext.Loader loader = now -> {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().endpointIdentificationAlgorithm(verifies ? "HTTPS" : null);
            if (trustAll) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (trusted != null) {
                builder.trustManager(trustManagers(trusted, managerType));
            }
            Stores.KeyMaterial own = keys == null ? null : Stores.keys(keys.path(), keys.type(), keys.password(), now);
            if (own != null) {
                builder.keyManager(own.factory());
            }
            return loaded(build(builder, names), own);
        };
        return new TlsContext(files(keys, trusted), loader, clock, verifies);
    }

    static List<Path> files(TlsStore... stores) {
        List<Path> files = new ArrayList<>();
        for (TlsStore store : stores) {
            if (store != null) {
                files.add(store.path());
            }
        }
        return files;
    }

    static TrustManagerFactory trustManagers(TlsStore trusted, String managerType) throws IOException {
        KeyStore store = Stores.trusted(trusted.path(), trusted.type(), trusted.password());
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(managerType);
            factory.init(store);
            return factory;
        } catch (NoSuchAlgorithmException e) {
            throw new TlsException("trustmanager-type: " + managerType + " (expected: PKIX or SunX509)", e);
        } catch (GeneralSecurityException e) {
            throw new TlsException("truststore: " + trusted.path() + ": " + e.getMessage(), e);
        }
    }

    static SslContext build(SslContextBuilder builder, TlsNames names) throws IOException {
        if (names.protocols() != null) {
            builder.protocols(names.protocols());
        }
        if (names.suites() != null) {
            builder.ciphers(names.suites(), SupportedCipherSuiteFilter.INSTANCE);
        }
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .build();
    }

    static TlsContext.Loaded loaded(SslContext context, Stores.KeyMaterial own) {
        return own == null
                ? new TlsContext.Loaded(context, "no certificate of its own", Long.MAX_VALUE)
                : new TlsContext.Loaded(
                        context,
                        "certificate of " + own.subject() + " valid until " + Instant.ofEpochMilli(own.notAfter()),
                        own.notAfter());
    }
}

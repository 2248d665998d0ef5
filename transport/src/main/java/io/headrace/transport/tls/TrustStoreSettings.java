package io.headrace.transport.tls;

import io.headrace.engine.config.Setting;
import java.nio.file.Path;
import java.util.Optional;

/** Whose certificates a component trusts; keys as in Flume. A part of other settings. */
public record TrustStoreSettings(
        @Setting(
                key = "truststore",
                doc =
                        "File with the certificates that are trusted, usually of one's own certificate authority. Default:"
                                + " -Djavax.net.ssl.trustStore, then FLUME_SSL_TRUSTSTORE_PATH, then, for the side that"
                                + " connects, what Java trusts.")
        Optional<Path> path,

        @Setting(
                key = "truststore-password",
                doc = "Password of truststore. Default: -Djavax.net.ssl.trustStorePassword, then"
                        + " FLUME_SSL_TRUSTSTORE_PASSWORD, then none.")
        Optional<String> password,

        @Setting(
                key = "truststore-type",
                word = true,
                doc = "JKS or PKCS12, of which JKS reads both, or PEM. Default: -Djavax.net.ssl.trustStoreType, then"
                        + " FLUME_SSL_TRUSTSTORE_TYPE, then JKS.")
        Optional<String> type,

        @Setting(
                key = "trustmanager-type",
                word = true,
                byDefault = "PKIX",
                doc = "Algorithm of Java's TrustManagerFactory: PKIX or SunX509.")
        String managerType) {
    /** Nothing configured. */
    public static final TrustStoreSettings DEFAULT =
            new TrustStoreSettings(Optional.empty(), Optional.empty(), Optional.empty(), "PKIX");

    /** Without the password. */
    @Override
    public String toString() {
        return "truststore " + path.map(Path::toString).orElse("by default");
    }
}

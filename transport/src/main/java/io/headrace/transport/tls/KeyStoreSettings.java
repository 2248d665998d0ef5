package io.headrace.transport.tls;

import io.headrace.engine.config.Setting;
import java.nio.file.Path;
import java.util.Optional;

/** Where a component's own key and certificate are; keys as in Flume. A part of other settings. */
public record KeyStoreSettings(
        @Setting(
                key = "keystore",
                doc = "File with this side's private key and certificates. Default: -Djavax.net.ssl.keyStore, then"
                        + " FLUME_SSL_KEYSTORE_PATH.")
        Optional<Path> path,

        @Setting(
                key = "keystore-password",
                doc = "Password of keystore and of the key in it. Default: -Djavax.net.ssl.keyStorePassword, then"
                        + " FLUME_SSL_KEYSTORE_PASSWORD.")
        Optional<String> password,

        @Setting(
                key = "keystore-type",
                word = true,
                doc = "JKS or PKCS12, of which JKS reads both, or PEM: certificates and a PKCS#8 key in one file."
                        + " Default: -Djavax.net.ssl.keyStoreType, then FLUME_SSL_KEYSTORE_TYPE, then JKS.")
        Optional<String> type) {
    /** Nothing configured. */
    public static final KeyStoreSettings DEFAULT =
            new KeyStoreSettings(Optional.empty(), Optional.empty(), Optional.empty());

    /** Without the password. */
    @Override
    public String toString() {
        return "keystore " + path.map(Path::toString).orElse("by default");
    }
}

package io.headrace.transport.tls;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import java.util.List;
import java.util.Optional;

/**
 * How a sink speaks TLS; keys as in Flume, which has no certificate of its own and does not look at the name in the
 * server's. Put it into a component's settings without a {@link Setting} of its own.
 */
public record ClientTlsSettings(
        @Setting(key = "ssl", byDefault = "false", doc = "Whether connections speak TLS.")
        boolean ssl,

        @Setting(
                key = "trust-all-certs",
                byDefault = "false",
                doc = "Whether any certificate is taken, from anybody: for tests only.")
        boolean trustAll,

        TrustStoreSettings trustStore,
        KeyStoreSettings keyStore,

        @Setting(
                key = "verify-hostname",
                doc = "Whether the server's certificate must be for the name or address that is connected to. Default:"
                        + " true for link; false for avro, as Flume does not look.")
        Optional<Boolean> verifyHostname,

        TlsProtocols protocols) {
    /** Plain connections. */
    public static final ClientTlsSettings OFF = new ClientTlsSettings(
            false, false, TrustStoreSettings.DEFAULT, KeyStoreSettings.DEFAULT, Optional.empty(), TlsProtocols.DEFAULT);

    /** Keys that mean nothing without {@code ssl = true}. */
    public static List<String> keysOfTls() {
        return List.of("trust-all-certs", "truststore", "keystore", "verify-hostname");
    }

    /** What to say of keys that another one makes useless; for {@link SettingsRemarks} of the record around it. */
    public List<SettingsRemarks.Remark> remarks() {
        if (!ssl) {
            return keysOfTls().stream()
                    .map(key -> new SettingsRemarks.Remark(Severity.NOTICE, key, "has no effect (ssl = false)"))
                    .toList();
        } else if (trustAll) {
            return List.of(
                    new SettingsRemarks.Remark(
                            Severity.WARNING,
                            "trust-all-certs",
                            "anybody can take the receiver's place (expected: false)"),
                    new SettingsRemarks.Remark(
                            Severity.WARNING, "truststore", "has no effect (trust-all-certs = true)"));
        }
        return List.of();
    }
}

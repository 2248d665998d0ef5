package io.headrace.transport.tls;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a source speaks TLS; keys as in Flume, which never asks for a client's certificate. Put it into a component's
 * settings without a {@link Setting} of its own.
 */
public record ServerTlsSettings(
        @Setting(key = "ssl", byDefault = "false", doc = "Whether connections speak TLS.")
        boolean ssl,

        KeyStoreSettings keyStore,
        TrustStoreSettings trustStore,

        @Setting(
                key = "client-auth",
                byDefault = "none",
                doc = "need: who connects must show a certificate that truststore trusts; none: nobody is asked.")
        ClientAuth clientAuth,

        @Setting(
                key = "allowed-subjects",
                byDefault = "*",
                doc =
                        "With client-auth = need, whose certificates are taken, separated by semicolons: whole subjects such"
                                + " as CN=web1,O=Acme, or names, of the CN or a DNS name of the certificate, with * for any"
                                + " characters.")
        String allowedSubjects,

        TlsProtocols protocols) {
    /** Plain connections. */
    public static final ServerTlsSettings OFF = new ServerTlsSettings(
            false, KeyStoreSettings.DEFAULT, TrustStoreSettings.DEFAULT, ClientAuth.NONE, "*", TlsProtocols.DEFAULT);

    public ServerTlsSettings {
        SubjectFilter.parse(allowedSubjects);
    }

    /** Keys that mean nothing without {@code ssl = true}. */
    public static List<String> keysOfTls() {
        return List.of("keystore", "truststore", "client-auth", "allowed-subjects");
    }

    /** What to say of keys that another one makes useless; for {@link SettingsRemarks} of the record around it. */
    public List<SettingsRemarks.Remark> remarks() {
        if (!ssl) {
            return keysOfTls().stream()
                    .map(key -> new SettingsRemarks.Remark(Severity.NOTICE, key, "has no effect (ssl = false)"))
                    .toList();
        } else if (clientAuth == ClientAuth.NONE) {
            return Stream.of("truststore", "allowed-subjects")
                    .map(key -> new SettingsRemarks.Remark(Severity.WARNING, key, "has no effect (client-auth = none)"))
                    .toList();
        }
        return List.of();
    }
}

package io.headrace.transport.link.netty;

import io.headrace.engine.config.Setting;
import io.headrace.transport.tls.IpFilterSettings;
import io.headrace.transport.tls.ServerTlsSettings;
import java.nio.file.Path;
import java.util.Optional;

/** Who may send to a source {@code link}. */
public record LinkSourceSecurity(
        ServerTlsSettings tls,
        IpFilterSettings addresses,

        @Setting(key = "token", word = true, doc = "Secret that sinks must show; better in token-file or ${env:NAME}.")
        Optional<String> token,

        @Setting(
                key = "token-file",
                doc = "File of secrets that sinks must show, TOKEN or NAME TOKEN a line; read again when it changes.")
        Optional<Path> tokenFile,

        @Setting(
                key = "allow-plain-token",
                byDefault = "false",
                doc = "Whether a token is taken over a connection without TLS from another machine.")
        boolean allowPlainToken,

        @Setting(
                key = "maxHandshakes",
                byDefault = "1000",
                min = 1,
                doc = "Connections that may be on their way to their first frame at once; more are closed.")
        int maxHandshakes) {
    public LinkSourceSecurity {
        LinkTokens.check(token, tokenFile);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return tls + ", " + addresses;
    }
}

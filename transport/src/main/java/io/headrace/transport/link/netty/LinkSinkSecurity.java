package io.headrace.transport.link.netty;

import io.headrace.engine.config.Setting;
import io.headrace.transport.tls.ClientTlsSettings;
import java.nio.file.Path;
import java.util.Optional;

/** How a sink {@code link} shows who it is, and whom it trusts. */
public record LinkSinkSecurity(
        ClientTlsSettings tls,

        @Setting(key = "token", word = true, doc = "Secret to show to the source; better in token-file or ${env:NAME}.")
        Optional<String> token,

        @Setting(
                key = "token-file",
                doc = "File with the secret to show to the source; read again before each connection.")
        Optional<Path> tokenFile,

        @Setting(
                key = "allow-plain-token",
                byDefault = "false",
                doc = "Whether the token is sent to another machine without TLS.")
        boolean allowPlainToken) {
    public LinkSinkSecurity {
        LinkTokens.check(token, tokenFile);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return tls.toString();
    }
}

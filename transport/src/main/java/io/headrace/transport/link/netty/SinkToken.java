package io.headrace.transport.link.netty;

import java.io.IOException;
import org.slf4j.Logger;

/**
 * The secret that a sink shows, or none; its file is looked at before each connection. Safe for any thread; {@link #readAgain}
 * reads files and is for one thread at a time that may block.
 */
final class SinkToken {
    private final LinkTokens tokens;
    private final Logger log;
    private volatile String shown;

    /** @throws IOException with key, value and expectation when the file has not one token */
    SinkToken(LinkSinkSecurity security, Logger log) throws IOException {
        this.tokens = LinkTokens.of(security.token(), security.tokenFile());
        this.log = log;
        this.shown = tokens.only();
    }

    /** Empty for none. */
    String now() {
        return shown;
    }

    boolean isSet() {
        return !shown.isEmpty();
    }

    /** Takes what the file has now, if it has changed; what cannot be used changes nothing and is logged once. */
    void readAgain() {
        try {
            if (tokens.readAgain()) {
                shown = tokens.only();
                log.info("token-file has changed, the new token is shown from now on");
            }
        } catch (IOException e) {
            log.warn("token-file has changed and cannot be used, the old token stays in use: {}", e.getMessage());
        }
    }
}

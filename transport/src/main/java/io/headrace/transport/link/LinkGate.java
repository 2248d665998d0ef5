package io.headrace.transport.link;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Decides who may send, and hears of everything that is refused. One for each connection, on the connection's thread. */
public interface LinkGate {
    /**
     * Lets a sender in by returning.
     *
     * @throws LinkException with what the sender is told
     */
    void admit(Hello hello);

    /** A REJECT was sent. */
    void refused(RejectCode code, String why);

    /** Lets in who has the token, and notes nothing; an empty one stands for none. */
    static LinkGate ofToken(String token) {
        return new LinkGate() {
            @Override
            public void admit(Hello hello) {
                if (!MessageDigest.isEqual(
                        hello.token().getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))) {
                    throw new LinkException(
                            RejectCode.TOKEN, 0, "token of " + hello + " (expected: the configured one)");
                }
            }

            @Override
            public void refused(RejectCode code, String why) {}
        };
    }
}

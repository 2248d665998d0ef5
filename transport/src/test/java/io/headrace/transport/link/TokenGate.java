package io.headrace.transport.link;

/** Lets in who has the token, and notes nothing; an empty one stands for none. */
final class TokenGate implements LinkGate {
    private final String token;

    TokenGate(String token) {
        this.token = token;
    }

    @Override
    public void admit(Hello hello) {
        if (!hello.token().equals(token)) {
            throw new LinkException(RejectCode.TOKEN, 0, "token of " + hello + " (expected: the configured one)");
        }
    }

    @Override
    public void refused(RejectCode code, String why) {}
}

package io.headrace.client;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The secret that the application gives, asked for before each connection. Safe for any thread. */
final class ShownToken {
    private static final Logger LOG = LoggerFactory.getLogger(EventClient.class);
    private static final int MOST_LENGTH = 1_000;

    private final Supplier<String> source;
    private volatile String shown = "";

    ShownToken(Supplier<String> source) {
        this.source = source;
    }

    /** Empty for none. */
    String now() {
        return shown;
    }

    boolean isSet() {
        return !shown.isEmpty();
    }

    /** What the application throws, or what is no token, leaves the one before. */
    void ask() {
        try {
            String given = source.get();
            if (given == null || given.length() > MOST_LENGTH || given.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                LOG.warn("token: *** (expected: at most {} printable ASCII characters without blanks)", MOST_LENGTH);
            } else {
                shown = given;
            }
        } catch (RuntimeException e) {
            LOG.warn("the token could not be had, the one before stays in use", e);
        }
    }
}

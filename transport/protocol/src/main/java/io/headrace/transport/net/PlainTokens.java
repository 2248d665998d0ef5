package io.headrace.transport.net;

import java.net.InetAddress;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A token must not go over a plain connection to another machine. */
public final class PlainTokens {
    private static final String REFUSED =
            "the token is not sent over a plain connection (expected: ssl = true, an address of this machine, or"
                    + " allow-plain-token = true)";

    private PlainTokens() {}

    /**
     * What a {@link SocketDialer} has against an address.
     *
     * @param encrypted whether connections speak TLS
     * @param anywhere whether a token may go to another machine all the same
     * @param isSet whether there is a token now
     */
    public static Function<InetAddress, String> objection(boolean encrypted, boolean anywhere, BooleanSupplier isSet) {
        return address ->
                encrypted || anywhere || address.isLoopbackAddress() || !isSet.getAsBoolean() ? null : REFUSED;
    }
}

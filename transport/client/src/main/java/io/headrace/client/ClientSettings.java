package io.headrace.client;

import io.headrace.frame.Headers;
import io.headrace.transport.tls.TlsContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a client was built with.
 *
 * @param hosts unresolved
 * @param balances whether all hosts are used at once
 * @param tls null for plain connections
 */
record ClientSettings(
        String name,
        List<InetSocketAddress> hosts,
        boolean balances,
        Headers shared,
        Supplier<String> token,
        boolean plainToken,
        TlsContext tls,
        long maxPendingBytes,
        int maxEventBytes,
        long windowBytes,
        long appendTimeoutMillis,
        long closeTimeoutMillis,
        long connectTimeoutMillis,
        long requestTimeoutMillis,
        long maxBackoffMillis) {
    /** Without the token. */
    @Override
    public String toString() {
        return "EventClient " + name + " to " + hosts;
    }
}

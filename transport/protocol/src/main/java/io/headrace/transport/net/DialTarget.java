package io.headrace.transport.net;

/**
 * Whom a sender connects to, and how.
 *
 * @param host a name or an address; names are asked for at each connection
 * @param connectTimeoutMillis for the connection, and again for a TLS handshake
 * @param sendfile whether parts of files may be sent as such
 */
public record DialTarget(
        String host, int port, long connectTimeoutMillis, boolean sendfile, CongestionControl congestion) {}

package io.headrace.transport.avro;

/** Which of the two is next to the socket when a connection is compressed and encrypted. */
public enum SslDeflateOrder {
    /** What is encrypted is deflated, as Flume 1.10 and 1.11 do. */
    DEFLATE_OUTSIDE,
    /** What is deflated is encrypted, as Flume up to 1.9 does. */
    SSL_OUTSIDE
}

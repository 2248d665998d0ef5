package io.headrace.transport.avro;

/**
 * How a sink sends.
 *
 * @param batchSize events of a request at most
 * @param requestsInFlight requests without an answer at most; 0 for what the peer allows
 * @param resetMillis age at which a connection is replaced; 0 for never
 */
record AvroSenderOptions(
        int batchSize,
        int requestsInFlight,
        long connectTimeoutMillis,
        long requestTimeoutMillis,
        long resetMillis,
        long maxBackoffMillis) {}

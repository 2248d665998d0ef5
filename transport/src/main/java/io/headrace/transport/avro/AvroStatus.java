package io.headrace.transport.avro;

/** The answer to a request, in the order of Flume's enum. */
enum AvroStatus {
    OK,
    FAILED,
    UNKNOWN;

    private static final AvroStatus[] ALL = values();

    /** What an enum's index on the wire means; one that there is not is {@link #UNKNOWN}. */
    static AvroStatus of(long index) {
        return index >= 0 && index < ALL.length ? ALL[(int) index] : UNKNOWN;
    }
}

package io.headrace.transport.avro;

/** Whether the bytes of a connection are one zlib stream each way. */
public enum Compression {
    NONE,
    DEFLATE
}

package io.headrace.transport.avro;

/** Says, as a user event from the head of the pipeline, that a connection takes bytes again. */
enum Wanted {
    MORE
}

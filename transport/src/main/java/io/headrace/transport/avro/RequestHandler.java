package io.headrace.transport.avro;

/** Told what a {@link RequestDecoder} finds; called by its owner, in the order of the bytes. */
interface RequestHandler {
    /** What a request calls. */
    enum Call {
        APPEND,
        APPEND_BATCH,
        /** Nothing; only the handshake is wanted. */
        PING
    }

    /** A request begins. */
    void onRequest(int serial);

    /** A client introduces itself; false when it has to come again with the text of its protocol. */
    boolean onHandshake(Handshake handshake);

    /** What the request calls; events follow. */
    void onCall(Call call);

    /** An event, whose body is {@code event.bodyLength()} bytes of {@code in.bytes()}. Throws {@link AvroException} to refuse. */
    void onEvent(EventReader event, AvroInput in);

    /** The request cannot be served; what follows of it is passed over. */
    void onRefused(AvroException why);

    /** The request is complete, refused or not. */
    void onEnd();
}

package io.headrace.transport.link;

/** What a message is; the code is the byte at {@link LinkLayout#TYPE_OFFSET}. */
enum MessageType {
    HELLO(1),
    WELCOME(2),
    DATA(3),
    ACK(4),
    REJECT(5),
    PING(6),
    PONG(7),
    GOAWAY(8);

    private static final MessageType[] BY_CODE = {null, HELLO, WELCOME, DATA, ACK, REJECT, PING, PONG, GOAWAY};

    private final byte code;

    MessageType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** The type of a code, or null when there is none. */
    static MessageType ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}

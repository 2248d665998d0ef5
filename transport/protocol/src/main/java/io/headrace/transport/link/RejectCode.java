package io.headrace.transport.link;

/** Why a receiver refuses a frame or a connection; the byte in a REJECT. */
public enum RejectCode {
    /** A message that is malformed or came out of turn. */
    PROTOCOL(1),
    /** A version of the link or of the frame that the receiver does not know. */
    VERSION(2),
    /** A frame type, flag or codec that the receiver does not know. */
    CODEC(3),
    /** A frame longer than the receiver takes. */
    TOO_LARGE(4),
    /** A checksum of a frame that does not hold (R18). */
    CHECKSUM(5),
    /** A frame whose checksum holds but whose headers and events do not fill it. */
    STRUCTURE(6),
    /** A position above the window that the receiver keeps. */
    ABOVE_WINDOW(7),
    /** More bytes than the credit allows. */
    CREDIT(8),
    /** A token that is missing or wrong. */
    TOKEN(9),
    /** No certificate where one is needed. */
    CERTIFICATE(10),
    /** A certificate of somebody who may not send. */
    SUBJECT(11),
    /** A stream that belongs to somebody else (R20). */
    STREAM(12),
    /** An address that may not connect. */
    ADDRESS(13),
    /** TLS where none is spoken, or none where it is. */
    TRANSPORT(14);

    private static final RejectCode[] BY_CODE = {
        null,
        PROTOCOL,
        VERSION,
        CODEC,
        TOO_LARGE,
        CHECKSUM,
        STRUCTURE,
        ABOVE_WINDOW,
        CREDIT,
        TOKEN,
        CERTIFICATE,
        SUBJECT,
        STREAM,
        ADDRESS,
        TRANSPORT
    };

    private final byte code;

    RejectCode(int code) {
        this.code = (byte) code;
    }

    /** The byte in the message. */
    public byte code() {
        return code;
    }

    /** The reason of a code; one that is not known is {@link #PROTOCOL}. */
    static RejectCode ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : PROTOCOL;
    }

    /** Whether trying again cannot help until one of the two sides is changed. */
    boolean isLasting() {
        return switch (this) {
            case VERSION, CODEC, TOO_LARGE, STRUCTURE, TOKEN, CERTIFICATE, SUBJECT, STREAM, ADDRESS, TRANSPORT -> true;
            case PROTOCOL, CHECKSUM, ABOVE_WINDOW, CREDIT -> false;
        };
    }
}

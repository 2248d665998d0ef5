package io.headrace.client;

/** Events were not taken, or not delivered; the message says why, with what would help. */
public final class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientException(String message) {
        super(message);
    }
}

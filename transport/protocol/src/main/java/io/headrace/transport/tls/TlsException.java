package io.headrace.transport.tls;

import java.io.IOException;

/** Certificates, keys or protocols that TLS cannot work with; the message has key, value and expectation. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}

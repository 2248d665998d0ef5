package io.headrace.wal;

import java.io.IOException;

/** Acknowledged data of a log is damaged; the message says where, which sequences, and what to run. */
public final class LogDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogDamagedException(String message) {
        super(message);
    }
}

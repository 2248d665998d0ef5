package io.headrace.wal;

import java.io.IOException;

/** A file of a log was written by a version that this build does not know; nothing was changed. */
public final class LogVersionException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogVersionException(String message) {
        super(message);
    }
}

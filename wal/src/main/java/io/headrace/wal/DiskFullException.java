package io.headrace.wal;

import java.io.IOException;

/** There is no room for what was to be written; may end by itself, unlike every other failure of a disk. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}

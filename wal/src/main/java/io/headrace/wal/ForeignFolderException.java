package io.headrace.wal;

import java.io.IOException;

/** A folder that was to hold a log holds files of somebody else; nothing in it was changed. */
public final class ForeignFolderException extends IOException {
    private static final long serialVersionUID = 1L;

    public ForeignFolderException(String message) {
        super(message);
    }
}

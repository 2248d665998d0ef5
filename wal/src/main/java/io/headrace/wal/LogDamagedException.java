package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Acknowledged data of a log is damaged; the message says where, which sequences, and what can be done. Nothing was
 * changed.
 */
public final class LogDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String what;

    /** @param folder the log's first folder, or the one with the damage */
    public LogDamagedException(Path folder, String what) {
        super(what + "; nothing was changed; for a report run: headrace wal check " + folder
                + "; to go on without what is damaged: headrace wal repair " + folder);
        this.what = what;
    }

    /** What is damaged, without what can be done. */
    String what() {
        return what;
    }
}

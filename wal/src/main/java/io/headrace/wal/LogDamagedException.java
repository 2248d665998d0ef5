package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Acknowledged data of a log is damaged; the message says where, which sequences, and what can be done. Nothing was
 * changed.
 */
public final class LogDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param folder the log's first folder, or the one with the damage */
    public LogDamagedException(Path folder, String what) {
        super(what + "; nothing was changed; to begin with an empty log and keep this one for a look: mv " + folder
                + ' ' + folder + ".damaged");
    }
}

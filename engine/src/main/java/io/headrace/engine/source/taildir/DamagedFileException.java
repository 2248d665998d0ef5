package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.Path;

/** A file of ours that holds something else than what we write. */
final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFileException(Path path, String found, Throwable cause) {
        super(path + ": " + found, cause);
    }
}

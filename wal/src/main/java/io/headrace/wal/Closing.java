package io.headrace.wal;

import java.io.IOException;
import java.util.Collection;

/** Closes several things in turn, each whatever becomes of those before it. */
final class Closing {
    private Closing() {}

    /** Throws the first failure, the others suppressed in it. */
    static void all(Collection<? extends AutoCloseable> all) throws IOException {
        IOException failed = null;
        for (AutoCloseable closing : all) {
            try {
                closing.close();
            } catch (Exception e) {
                if (failed == null) {
                    failed = e instanceof IOException io ? io : new IOException(e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}

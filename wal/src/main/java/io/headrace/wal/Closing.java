package io.headrace.wal;

import java.io.IOException;
import java.util.Collection;

/** Closes several things in turn, each whatever becomes of those before it. */
final class Closing {
    private Closing() {}

    /** Closes after a failure, which is what its caller throws. */
    static void after(Throwable failure, AutoCloseable closing) {
        try {
            closing.close();
        } catch (Exception | Error e) {
            // Where memory ran out, the JVM may throw the same one twice.
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    /** Throws the first failure, an error of the machine as it is, the others suppressed in it. */
    static void all(Collection<? extends AutoCloseable> all) throws IOException {
        Throwable failed = null;
        for (AutoCloseable closing : all) {
            try {
                closing.close();
            } catch (Exception | Error e) {
                if (failed == null) {
                    failed = e;
                } else if (failed != e) {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed != null) {
            throw failed instanceof IOException io ? io : new IOException(failed.getMessage(), failed);
        }
    }
}

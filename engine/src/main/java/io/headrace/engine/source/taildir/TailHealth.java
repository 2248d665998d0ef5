package io.headrace.engine.source.taildir;

import io.headrace.engine.spi.SourceContext;
import org.agrona.concurrent.NanoClock;

/**
 * What the source says of its health: a trouble until nothing was heard of it for longer than until it is tried again.
 * Owned by the source's thread.
 */
final class TailHealth {
    private final SourceContext context;
    private final NanoClock clock;
    private final long overAfterNanos;

    private boolean troubled;
    private long troubledAtNanos;

    /** @param retryNanos how long it takes at most until what failed is tried again */
    TailHealth(SourceContext context, long retryNanos) {
        this.context = context;
        clock = context.nanoClock();
        overAfterNanos = 2 * retryNanos;
    }

    /** Something cannot be read or written; it will be tried again. */
    void trouble(String reason) {
        troubled = true;
        troubledAtNanos = clock.nanoTime();
        context.unhealthy(reason);
    }

    /** All is well with so many files. */
    void following(int files) {
        troubled = false;
        context.healthy("following " + files + (files == 1 ? " file" : " files"));
    }

    /** Whether what failed must have been tried again, and did not fail. */
    boolean isTroubleOver(long nowNanos) {
        return troubled && nowNanos - troubledAtNanos > overAfterNanos;
    }
}

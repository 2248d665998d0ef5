package io.headrace.transport.avro;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The memory that a source's connections hold for requests that are not in the channels yet. Above the limit connections
 * stop reading, all but one, which may always go on: otherwise many requests that are there in part would wait for each
 * other. Safe for any thread.
 */
final class ReceiveBudget {
    private final long limit;
    private final AtomicLong held = new AtomicLong();
    private final AtomicReference<Object> privileged = new AtomicReference<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    ReceiveBudget(long limit) {
        this.limit = limit;
    }

    /** Registers who is told, on any thread, that there is room again. */
    void whenRoom(Runnable listener) {
        listeners.add(listener);
    }

    /** What a connection holds changed; returns {@code now}. */
    long change(long before, long now) {
        if (before == now) {
            return now;
        }
        long after = held.addAndGet(now - before);
        if (after <= limit && after + before - now > limit) {
            tell();
        }
        return now;
    }

    long held() {
        return held.get();
    }

    boolean isOver() {
        return held.get() > limit;
    }

    /**
     * Whether a connection may read on.
     *
     * @param holds whether it has part of a request: only such a one can be the one that goes on in any case
     */
    boolean allows(Object connection, boolean holds) {
        return !isOver() || privileged.get() == connection || holds && privileged.compareAndSet(null, connection);
    }

    /** A request of the connection ended, or the connection: another may take its place. */
    void ended(Object connection) {
        if (privileged.get() == connection && privileged.compareAndSet(connection, null) && isOver()) {
            tell();
        }
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }
}

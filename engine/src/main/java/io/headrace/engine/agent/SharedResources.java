package io.headrace.engine.agent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What components of an agent share; closed in reverse order of making. Safe for any thread. */
final class SharedResources {
    private final Map<Class<?>, AutoCloseable> resources = new HashMap<>();
    private final Deque<AutoCloseable> inOrder = new ArrayDeque<>();
    private boolean closed;

    synchronized <T extends AutoCloseable> T get(Class<T> type, Supplier<T> factory) {
        AutoCloseable found = resources.get(type);
        if (found == null) {
            if (closed) {
                throw new IllegalStateException(type.getName() + ": asked for after the agent stopped");
            }
            found = factory.get();
            resources.put(type, found);
            inOrder.push(found);
        }
        return type.cast(found);
    }

    /** Closes everything; what a resource throws goes to {@code onError}. */
    synchronized void close(Consumer<Throwable> onError) {
        closed = true;
        while (!inOrder.isEmpty()) {
            AutoCloseable resource = inOrder.pop();
            try {
                resource.close();
            } catch (Exception e) {
                onError.accept(e);
            }
        }
        resources.clear();
    }
}

package io.headrace.engine.plugin;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.spi.ComponentProvider;
import java.util.concurrent.Callable;

/**
 * Runs what belongs to a component with the component's class loader as the thread's, because libraries look for their
 * parts there. Threads that are made meanwhile inherit it.
 */
public final class ContextLoader {
    private ContextLoader() {}

    /** The loader of a component's own classes. */
    public static ClassLoader of(ComponentProvider provider) {
        return provider instanceof ClassProvider direct
                ? direct.componentType().getClassLoader()
                : provider.getClass().getClassLoader();
    }

    /** Calls something with a loader; the thread has its own one again afterwards. */
    public static <T> T call(ClassLoader loader, Callable<T> task) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return task.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Makes a component of a provider.
     *
     * @param key where its type is written, for messages
     * @throws ConfigurationException when a class that it needs is missing or of a wrong version, or nothing is made;
     *     another try would find the same
     */
    public static <T> T make(String key, ComponentProvider provider, Callable<T> create) throws Exception {
        try {
            T made = call(of(provider), create);
            if (made == null) {
                throw new ConfigurationException(key + ": " + provider.alias() + ": "
                        + provider.getClass().getName() + ".create() returns null (expected: a component)");
            }
            String missing = LinkageProblem.missingMethod(made.getClass());
            if (missing != null) {
                throw new ConfigurationException(
                        key + ": " + provider.alias() + ": " + made.getClass().getName() + " lacks the method "
                                + missing + " (expected: " + LinkageProblem.THIS_VERSION + ")");
            }
            return made;
        } catch (LinkageError e) {
            throw new ConfigurationException(
                    key + ": " + provider.alias() + ": " + LinkageProblem.found(e) + " (expected: "
                            + LinkageProblem.expected(e) + ")",
                    e);
        }
    }
}

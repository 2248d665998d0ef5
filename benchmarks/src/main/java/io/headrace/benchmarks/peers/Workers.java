package io.headrace.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

/** Threads that do a piece of work each. Started and waited for by one thread. */
final class Workers {
    /** What a worker does. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private volatile Throwable failure;

    void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        failure = e;
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /**
     * Waits for all of them.
     *
     * @throws IllegalStateException when one failed
     */
    void await() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure != null) {
            throw new IllegalStateException("a thread failed", failure);
        }
    }
}

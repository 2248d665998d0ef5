package io.headrace.benchmarks;

/** A sink on a thread of its own that takes until it is closed. Started and closed by one thread. */
final class SinkBeside implements AutoCloseable {
    private static final int LEASE_FRAMES = 100;

    private final FrameCheck sink;
    private final Thread thread = new Thread(this::run, "sink-beside");
    private volatile long frames;
    private volatile boolean stopping;
    private volatile Throwable failure;

    private SinkBeside(FrameCheck sink) {
        this.sink = sink;
    }

    static SinkBeside start(FrameCheck sink) {
        SinkBeside beside = new SinkBeside(sink);
        beside.thread.setDaemon(true);
        beside.thread.start();
        return beside;
    }

    /** Frames taken so far. */
    long frames() {
        return frames;
    }

    /** Ends it; fails when it failed. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the sink was still running", e);
        }
        if (failure != null) {
            throw new IllegalStateException("the sink failed", failure);
        }
    }

    private void run() {
        try {
            while (!stopping) {
                // This thread alone writes it.
                frames = frames + sink.takeSome(LEASE_FRAMES);
            }
        } catch (Throwable e) {
            failure = e;
        }
    }
}

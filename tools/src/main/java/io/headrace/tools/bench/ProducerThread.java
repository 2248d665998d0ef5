package io.headrace.tools.bench;

import io.headrace.frame.Frame;
import java.util.concurrent.locks.LockSupport;

/**
 * One producer. It runs in phases, warm-up and measurement, each of some frames or until it is told to end; with a rate
 * each frame has its time, from which its latency counts, also when the producer is late. Phases are begun and awaited by
 * one thread; what a producer has put is read between phases, its events at any time.
 */
final class ProducerThread {
    /** Behind others of the same rate, so that not all put at once. */
    private final int place;

    private final FrameSource source;
    private final Course.Entry entry;
    private final double intervalNanos;
    private volatile long events;
    private volatile boolean ending;
    private volatile Throwable failure;
    private long behindFrames;
    private Thread thread;

    /**
     * @param place among the producers
     */
    ProducerThread(int place, BenchSettings settings, FrameSource source, Course.Entry entry) {
        this.place = place;
        this.source = source;
        this.entry = entry;
        this.intervalNanos =
                settings.rate() == 0 ? 0 : source.frameEvents() * 1e9 * settings.producers() / settings.rate();
    }

    /**
     * Begins a phase.
     *
     * @param frames to put at most
     * @param startNanos when it begins
     * @param endNanos from when on no frame is due
     * @param producers how many there are
     */
    void begin(long frames, long startNanos, long endNanos, int producers) {
        ending = false;
        behindFrames = 0;
        long firstDue = startNanos + (long) (intervalNanos * place / producers);
        thread = new Thread(() -> run(frames, firstDue, endNanos), "bench-producer-" + place);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(long frames, long firstDue, long endNanos) {
        try {
            if (intervalNanos == 0) {
                runFreely(frames, endNanos);
            } else {
                runPaced(frames, firstDue, endNanos);
            }
        } catch (InterruptedException e) {
            failure = new WorkloadException("a producer was interrupted", e);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void runFreely(long frames, long endNanos) throws InterruptedException {
        for (long i = 0; i < frames && !ending; i++) {
            long now = System.nanoTime();
            if (now - endNanos >= 0) {
                return;
            }
            put(now);
        }
    }

    private void runPaced(long frames, long firstDue, long endNanos) throws InterruptedException {
        for (long i = 0; i < frames; i++) {
            long due = firstDue + (long) (i * intervalNanos);
            if (due - endNanos >= 0 || !awaitTime(due)) {
                return;
            }
            long now = System.nanoTime();
            if (ending || now - endNanos >= 0) {
                long until = ending ? Math.min(now - firstDue, endNanos - firstDue) : endNanos - firstDue;
                behindFrames = Math.min(frames, (long) Math.ceil(until / intervalNanos)) - i;
                return;
            }
            put(due);
        }
    }

    /** False when the phase was ended meanwhile. */
    private boolean awaitTime(long due) {
        long left = due - System.nanoTime();
        while (left > 0) {
            if (ending) {
                return false;
            }
            LockSupport.parkNanos(this, left);
            left = due - System.nanoTime();
        }
        return true;
    }

    private void put(long due) throws InterruptedException {
        Frame frame = source.build(due);
        try {
            entry.put(frame, due);
        } finally {
            frame.release();
        }
        events += source.frameEvents();
    }

    /** Puts no frame any more after the one under way. */
    void end() {
        ending = true;
        LockSupport.unpark(thread);
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Throws what failed. */
    void checkFailure() {
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    /** Events put. */
    long events() {
        return events;
    }

    /** Frames that were due and not put when the phase ended. */
    long behindFrames() {
        return behindFrames;
    }

    FrameSource source() {
        return source;
    }

    /** Ends and waits; the entry is closed. */
    void close() throws InterruptedException {
        if (thread != null) {
            end();
            thread.join();
        }
        entry.close();
        source.close();
    }
}

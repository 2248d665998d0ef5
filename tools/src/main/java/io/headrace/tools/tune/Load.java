package io.headrace.tools.tune;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * What a trial puts in, and what came of it: a source puts events of some size, a meter at the sink's commits says when they
 * were delivered. Times are from when an event was due, so that a source which is held up hides nothing. Safe for any
 * thread.
 */
final class Load {
    /** Of the events that are put again and again. */
    static final int BODIES = 512;

    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(10);

    private final int size;
    private final long rate;
    private final ByteBuffer bodies;
    private final long originNanos = System.nanoTime();
    private final long originMicros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    private final AtomicLong delivered = new AtomicLong();
    private final Histogram latency = new Histogram(HIGHEST_MICROS, 3);

    /**
     * A load.
     *
     * @param size bytes of an event's body
     * @param rate events a second; 0 for as many as are taken
     */
    Load(int size, long rate) {
        this.size = size;
        this.rate = rate;
        this.bodies = ByteBuffer.allocateDirect(size * BODIES);
        SplittableRandom random = new SplittableRandom(size);
        for (int i = 0; i < bodies.capacity(); i++) {
            bodies.put(i, (byte) random.nextInt(' ', 127));
        }
    }

    int size() {
        return size;
    }

    long rate() {
        return rate;
    }

    ByteBuffer bodies() {
        return bodies;
    }

    /** Now, as frames carry it. */
    long micros() {
        return microsAt(System.nanoTime());
    }

    long microsAt(long nanos) {
        return originMicros + TimeUnit.NANOSECONDS.toMicros(nanos - originNanos);
    }

    /** Events of a frame were delivered. */
    void delivered(int events, long dueMicros) {
        long micros = Math.max(0, Math.min(HIGHEST_MICROS, micros() - dueMicros));
        synchronized (latency) {
            latency.recordValueWithCount(micros, events);
        }
        delivered.addAndGet(events);
    }

    /** Events delivered so far. */
    long delivered() {
        return delivered.get();
    }

    void forgetLatency() {
        synchronized (latency) {
            latency.reset();
        }
    }

    /** In microseconds. */
    Histogram latency() {
        synchronized (latency) {
            return latency.copy();
        }
    }
}

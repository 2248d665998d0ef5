package io.headrace.tools.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Takes the figures of one phase, window by window. Owned by the thread that runs the workload. */
final class Measurement {
    private static final long RATE_SPAN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Course course;
    private final WorkloadListener listener;
    private final boolean warmingUp;
    private final long windowNanos;
    private final int frameEvents;
    private final long rate;
    private final long longestNanos;
    private final Histogram total = new Histogram(Arrivals.HIGHEST_NANOS, Arrivals.DIGITS);
    private final Histogram inWindow = new Histogram(Arrivals.HIGHEST_NANOS, Arrivals.DIGITS);
    private final List<Window> windows = new ArrayList<>();
    private final Deque<long[]> recent = new ArrayDeque<>();
    private Histogram recycled;
    private long eventsBefore;
    private long startMillis;
    private long startNanos;
    private long startCpuNanos;
    private long endNanos;
    private long endCpuNanos;
    private long windowStart;
    private long windowStartEvents;
    private long windowStartCpu;
    private long p50Nanos;
    private long p99Nanos;

    Measurement(Course course, WorkloadListener listener, BenchSettings settings, boolean warmingUp) {
        this.course = course;
        this.listener = listener;
        this.warmingUp = warmingUp;
        this.windowNanos = settings.interval().toNanos();
        this.frameEvents = settings.frameEvents();
        this.rate = settings.rate();
        Duration longest = warmingUp ? settings.warmUp() : settings.duration();
        this.longestNanos = longest.isZero() ? Long.MAX_VALUE : longest.toNanos();
    }

    /**
     * The time begins; all that was put before has come out.
     *
     * @param sent events put before
     */
    void begin(long sent) {
        eventsBefore = sent;
        recycled = course.arrivals().takeLatencies(recycled);
        startMillis = System.currentTimeMillis();
        startCpuNanos = cpuNow();
        startNanos = System.nanoTime();
        endNanos = startNanos;
        endCpuNanos = startCpuNanos;
        windowStart = startNanos;
        windowStartEvents = sent;
        windowStartCpu = startCpuNanos;
        recent.add(new long[] {startNanos, sent});
    }

    /** Time has passed. */
    void tick(long now) {
        takeLatencies();
        if (now - windowStart >= windowNanos) {
            closeWindow(now, course.arrivals().events());
        }
    }

    /**
     * The time is over; it ended with the last arrival. At a rate it did not end before the next frame would have been due:
     * else few frames were faster than they were put.
     */
    void end(long sent) {
        takeLatencies();
        long arrived = course.arrivals().events();
        endCpuNanos = cpuNow();
        if (sent > eventsBefore && arrived > eventsBefore) {
            endNanos = course.arrivals().lastNanos();
            if (rate > 0) {
                long dueNanos = (long) Math.min(longestNanos, (sent - eventsBefore) * 1e9 / rate);
                endNanos = Math.max(endNanos, startNanos + dueNanos);
            }
        }
        if (arrived > windowStartEvents && endNanos - windowStart > 0) {
            closeWindow(endNanos, arrived);
        }
    }

    private void takeLatencies() {
        recycled = course.arrivals().takeLatencies(recycled);
        if (recycled.getTotalCount() > 0) {
            total.add(recycled);
            inWindow.add(recycled);
        }
        if (inWindow.getTotalCount() > 0) {
            p50Nanos = inWindow.getValueAtPercentile(50);
            p99Nanos = inWindow.getValueAtPercentile(99);
        }
    }

    private void closeWindow(long now, long events) {
        long cpu = cpuNow();
        Window window = new Window(
                startMillis + TimeUnit.NANOSECONDS.toMillis(windowStart - startNanos),
                now - windowStart,
                events - windowStartEvents,
                cpu - windowStartCpu,
                inWindow.getTotalCount(),
                percentile(50),
                percentile(90),
                percentile(99),
                percentile(99.9),
                inWindow.getTotalCount() == 0 ? 0 : inWindow.getMaxValue());
        windows.add(window);
        listener.window(window, inWindow);
        inWindow.reset();
        windowStart = now;
        windowStartEvents = events;
        windowStartCpu = cpu;
    }

    private long percentile(double percentile) {
        return inWindow.getTotalCount() == 0 ? 0 : inWindow.getValueAtPercentile(percentile);
    }

    WorkloadProgress progress(long now, long sent, long frames, long nanos) {
        long arrived = course.arrivals().events();
        recent.add(new long[] {now, arrived});
        while (recent.size() > 2 && now - recent.peek()[0] > RATE_SPAN_NANOS) {
            recent.poll();
        }
        long[] from = recent.peek();
        double rate = now == from[0] ? 0 : (arrived - from[1]) * 1e9 / (now - from[0]);
        long done = arrived - eventsBefore;
        double fraction = (double) (now - startNanos) / nanos;
        if (frames != Long.MAX_VALUE && frames > 0) {
            fraction = Math.max(fraction, (double) done / frames / frameEvents);
        }
        return new WorkloadProgress(
                warmingUp, Math.min(1, fraction), done, rate, p50Nanos, p99Nanos, Math.max(0, sent - arrived));
    }

    long startNanos() {
        return startNanos;
    }

    long startMillis() {
        return startMillis;
    }

    /** Events that came out. */
    long events() {
        return course.arrivals().events() - eventsBefore;
    }

    long nanos() {
        return endNanos - startNanos;
    }

    /** Processor time of the process. */
    long cpuNanos() {
        return endCpuNanos - startCpuNanos;
    }

    private static long cpuNow() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    Histogram latency() {
        return total.copy();
    }

    List<Window> windows() {
        return windows;
    }
}

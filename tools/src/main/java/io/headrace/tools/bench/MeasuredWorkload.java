package io.headrace.tools.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What all workloads have in common: producers put into a {@link Course}, first to warm up, then, when all of that has
 * come out, to be measured; in the end everything is verified. Runs once.
 */
final class MeasuredWorkload implements Workload {
    /** Sets up what is measured. */
    interface Opening {
        /**
         * @param ids of the producers
         * @param folder for its files
         */
        Course open(BenchSettings settings, ProducerIds ids, BenchFolder folder) throws Exception;
    }

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SHORT_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BenchSettings settings;
    private final Opening opening;
    private final long stallNanos;
    private final List<ProducerThread> producers = new ArrayList<>();
    private Course course;
    private boolean stopped;

    MeasuredWorkload(BenchSettings settings, Opening opening) {
        this(settings, opening, STALL_NANOS);
    }

    /**
     * @param stallNanos how long nothing may move
     */
    MeasuredWorkload(BenchSettings settings, Opening opening, long stallNanos) {
        this.settings = settings;
        this.opening = opening;
        this.stallNanos = stallNanos;
    }

    @Override
    public WorkloadResult run(BooleanSupplier stop, WorkloadListener listener)
            throws IOException, InterruptedException {
        if (!producers.isEmpty() || course != null) {
            throw new IllegalStateException("a workload that ran (expected: a new one for each run)");
        }
        try (BenchFolder folder = BenchFolder.open(settings)) {
            ProducerIds ids = new ProducerIds(new SplittableRandom().nextLong(), settings.producers());
            WorkloadResult result;
            try {
                course = opening.open(settings, ids, folder);
                for (int i = 0; i < settings.producers(); i++) {
                    FrameSource source = new FrameSource(settings, ids.of(i));
                    producers.add(new ProducerThread(i, settings, source, course.newEntry()));
                }
                result = measure(stop, listener);
            } catch (Throwable e) {
                closeAfter(e);
                throw e;
            }
            close();
            return result;
        } catch (IOException | RuntimeException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new WorkloadException(e.getMessage(), e);
        }
    }

    private WorkloadResult measure(BooleanSupplier stop, WorkloadListener listener) throws Exception {
        if (!settings.warmUp().isZero()) {
            Measurement warmUp = new Measurement(course, WorkloadListener.NONE, settings, true);
            runPhase(warmUp, Long.MAX_VALUE, settings.warmUp().toNanos(), stop, listener);
        }
        Measurement measurement = new Measurement(course, listener, settings, false);
        long frameEvents = settings.frameEvents();
        long frames = settings.events() == 0 ? Long.MAX_VALUE : (settings.events() + frameEvents - 1) / frameEvents;
        long nanos = settings.duration().isZero()
                ? Long.MAX_VALUE / 4
                : settings.duration().toNanos();
        long framesBefore = framesSent();
        long bytesBefore = frameBytesSent();
        if (!stopped) {
            runPhase(measurement, frames, nanos, stop, listener);
        } else {
            measurement.begin(eventsSent());
            measurement.end(0);
        }
        long framesMeasured = framesSent() - framesBefore;
        long frameBytes = frameBytesSent() - bytesBefore;
        Course.Report report = new Course.Report(new ArrayList<>(), new ArrayList<>());
        long checksums =
                producers.stream().mapToLong(each -> each.source().checksums()).sum();
        course.finish(new Course.Sent(eventsSent(), framesSent(), frameBytesSent(), checksums), report);
        long behind = producers.stream()
                .mapToLong(ProducerThread::behindFrames)
                .map(each -> each * frameEvents)
                .sum();
        return new WorkloadResult(
                settings,
                measurement.startMillis(),
                measurement.events(),
                framesMeasured,
                measurement.events() * settings.size(),
                frameBytes,
                measurement.nanos(),
                measurement.cpuNanos(),
                measurement.latency(),
                measurement.windows(),
                behind,
                stopped,
                new LinkedHashMap<>(course.counters()),
                report.verified(),
                report.faults());
    }

    /** Returns when all that was put has come out. */
    private void runPhase(
            Measurement measurement, long frames, long nanos, BooleanSupplier stop, WorkloadListener listener)
            throws InterruptedException {
        int count = producers.size();
        measurement.begin(eventsSent());
        long start = measurement.startNanos();
        for (int i = 0; i < count; i++) {
            long share = frames == Long.MAX_VALUE ? frames : frames / count + (i < frames % count ? 1 : 0);
            producers.get(i).begin(share, start, start + nanos, count);
        }
        StallWatch stall = new StallWatch(course, stallNanos);
        boolean running = true;
        while (running || course.arrivals().events() < eventsSent()) {
            // At the end not even a tick may be waited too long: the next phase is to begin warm.
            LockSupport.parkNanos(this, running ? Math.min(TICK_NANOS, nanos / 20 + 1) : SHORT_TICK_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while measuring");
            }
            if (!stopped && stop.getAsBoolean()) {
                stopped = true;
                producers.forEach(ProducerThread::end);
            }
            producers.forEach(ProducerThread::checkFailure);
            course.checkFailure();
            running = producers.stream().anyMatch(ProducerThread::isRunning);
            if (stall.isStalled(running, eventsSent())) {
                break;
            }
            long now = System.nanoTime();
            measurement.tick(now);
            listener.progress(measurement.progress(now, eventsSent(), frames, nanos));
        }
        producers.forEach(ProducerThread::checkFailure);
        measurement.end(eventsSent());
    }

    private long eventsSent() {
        long sum = 0;
        for (ProducerThread producer : producers) {
            sum += producer.events();
        }
        return sum;
    }

    private long framesSent() {
        return producers.stream().mapToLong(each -> each.source().frames()).sum();
    }

    private long frameBytesSent() {
        return producers.stream().mapToLong(each -> each.source().frameBytes()).sum();
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** The course first: producers that wait for it find it failed or stopped. */
    private void close() throws Exception {
        for (ProducerThread producer : producers) {
            producer.end();
        }
        if (course != null) {
            course.close();
        }
        for (ProducerThread producer : producers) {
            producer.close();
        }
    }
}

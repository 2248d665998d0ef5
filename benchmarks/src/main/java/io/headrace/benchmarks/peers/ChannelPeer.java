package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A peer that is put into and taken from: producers put batches for a time, sinks take until they have all of it and read
 * every body, 8 bytes at a time. Number of events and the sum over their bytes must come out as they went in. The clock runs
 * from the first put to the end of the last batch that had events, or to the last acknowledgement where that is later.
 */
public abstract class ChannelPeer implements PeerWork {
    /** Events between two looks at the clock, about. */
    private static final int CLOCK_EVENTS = 1000;

    private final Path folder;
    private ChannelWork open;
    private Bodies bodies;

    /**
     * @param folder to write in
     */
    protected ChannelPeer(Path folder) {
        this.folder = folder;
    }

    /** One producer, on the thread that puts. */
    public interface Putter extends AutoCloseable {
        /**
         * Puts a batch and returns when the channel has taken it.
         *
         * @param body of the first event; the others have the next ones
         */
        void put(int body, int events) throws Exception;

        /** Returns when all that was put is acknowledged. */
        @Override
        default void close() {
            // What is put is acknowledged here.
        }
    }

    /** One sink, on the thread that takes. */
    public interface Taker {
        /**
         * Takes a batch, at most, reads it, and commits.
         *
         * @param sum to which {@link BodySum} of each body is added
         * @return events taken; 0 when there was none for a moment
         */
        int take(Sum sum) throws Exception;
    }

    /** A sum of one thread. */
    public static final class Sum {
        private long value;

        /** Adds a body's. */
        public void add(long body) {
            value += body;
        }

        long value() {
            return value;
        }
    }

    /** Makes the channel ready; not timed. */
    protected abstract void open(ChannelWork work, Bodies with) throws Exception;

    /** A producer for one order. */
    protected abstract Putter putter(ChannelWork work, int producer) throws Exception;

    /** A sink for one order. */
    protected abstract Taker taker(ChannelWork work, int sink) throws Exception;

    /** Looks at what the channel itself counted, after an order; not timed. */
    protected void check(ChannelWork work, long events, Map<String, String> figures) {
        // Most have no counters.
    }

    /** Where to write. */
    protected final Path folder() {
        return folder;
    }

    /** Gives the channel up. */
    protected abstract void closeChannel() throws IOException;

    @Override
    public final void close() throws IOException {
        if (open != null) {
            closeChannel();
        }
    }

    @Override
    public final Map<String, String> run(Order order) throws Exception {
        ChannelWork work = ChannelWork.of(order);
        if (!work.sameChannel(open)) {
            close();
            bodies = work.bodies();
            open(work, bodies);
            open = work;
        }
        return new Round(work).run();
    }

    /** One order. */
    private final class Round {
        private final ChannelWork work;
        private final AtomicLong put = new AtomicLong();
        private final AtomicLong putSum = new AtomicLong();
        private final AtomicLong taken = new AtomicLong();
        private final AtomicLong takenSum = new AtomicLong();
        private final AtomicLong last = new AtomicLong();
        private final AtomicInteger putting;
        private final CountDownLatch ready;
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch done;
        private final CountDownLatch leave = new CountDownLatch(1);
        private volatile long begun;
        private volatile boolean failed;

        Round(ChannelWork work) {
            this.work = work;
            putting = new AtomicInteger(work.producers());
            ready = new CountDownLatch(work.producers() + work.sinks());
            done = new CountDownLatch(work.producers() + work.sinks());
        }

        Map<String, String> run() throws Exception {
            Workers workers = new Workers();
            for (int i = 0; i < work.sinks(); i++) {
                int sink = i;
                workers.start("sink-" + i, () -> guarded(() -> take(sink)));
            }
            for (int i = 0; i < work.producers(); i++) {
                int producer = i;
                workers.start("producer-" + i, () -> guarded(() -> put(producer)));
            }
            ready.await();
            Allocation allocation = Allocation.start();
            Stopwatch watch = Stopwatch.start(folder);
            begun = System.nanoTime();
            last.set(begun);
            go.countDown();
            done.await();
            Map<String, String> figures = new LinkedHashMap<>(watch.stop(taken.get(), taken.get() * bodies.length()));
            figures.put(Allocation.ALLOCATED_BYTES, Long.toString(allocation.stop()));
            leave.countDown();
            workers.await();
            figures.put(Stopwatch.NANOS, Long.toString(last.get() - begun));
            figures.put("batches", Long.toString((put.get() + work.batch() - 1) / work.batch()));
            if (taken.get() == 0 || taken.get() != put.get() || takenSum.get() != putSum.get()) {
                throw new IllegalStateException("taken: " + taken + " events, sum " + takenSum + " (expected: " + put
                        + ", not 0, and " + putSum + ")");
            }
            check(work, taken.get(), figures);
            return figures;
        }

        /** Counts down what the others wait for, also when the work fails. */
        private void guarded(Workers.Work part) throws Exception {
            try {
                part.run();
            } catch (Throwable e) {
                failed = true;
                throw e;
            } finally {
                ready.countDown();
                done.countDown();
                leave.await();
            }
        }

        private void put(int producer) throws Exception {
            long events = 0;
            long sum = 0;
            try (Putter putter = putter(work, producer)) {
                int batch = work.batch();
                int between = Math.max(1, CLOCK_EVENTS / batch);
                int body = 0;
                ready.countDown();
                go.await();
                long end = begun + TimeUnit.MILLISECONDS.toNanos(work.millis());
                do {
                    for (int i = 0; i < between; i++) {
                        putter.put(body, batch);
                        sum += bodies.sum(body, batch);
                        body = (body + batch) % bodies.count();
                    }
                    events += (long) between * batch;
                } while (System.nanoTime() < end && !failed);
            } finally {
                putSum.addAndGet(sum);
                put.addAndGet(events);
                putting.decrementAndGet();
            }
            last.accumulateAndGet(System.nanoTime(), Math::max);
        }

        private void take(int sink) throws Exception {
            Taker taker = taker(work, sink);
            Sum sum = new Sum();
            ready.countDown();
            go.await();
            long end = begun;
            while (!failed) {
                int events = taker.take(sum);
                if (events > 0) {
                    taken.addAndGet(events);
                    end = System.nanoTime();
                }
                // Without another take where there is nothing: some peers' wait for seconds.
                if (putting.get() == 0 && (taken.get() >= put.get() || events == 0 && isTooLate(end))) {
                    break;
                }
            }
            takenSum.addAndGet(sum.value);
            last.accumulateAndGet(end, Math::max);
        }

        /** Whether nothing came for so long since the last batch that what is missing will not come. */
        private boolean isTooLate(long end) {
            return System.nanoTime() - end > TimeUnit.MILLISECONDS.toNanos(work.millis() + work.waitMillis());
        }
    }
}

package io.headrace.wal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.NanoClock;

/**
 * Released segments that wait to be used again. Those beyond a few that lay idle for a second are removed, in steps:
 * unlinking a whole segment at once would make the device discard it in one piece, while the journal syncs.
 *
 * <p>Owned by the preparer's thread, or by the opening one before there is that.
 */
final class SpareSegments {
    /** How many are kept for later. */
    static final int KEPT = 4;

    private static final long STEP_BYTES = 4L * 1024 * 1024;
    private static final int SMALL_STEPS = 4;
    private static final long STEP_NANOS = 5_000_000;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final LogSettings settings;
    private final Storage storage;
    private final NanoClock clock;
    private final ArrayDeque<Segment> spares = new ArrayDeque<>();

    private int fewest;
    private int surplus;
    private long surplusNanos;
    private Segment shrinking;
    private long shrinkingSize;
    private long stepNanos;

    SpareSegments(LogSettings settings, Storage storage, NanoClock clock, long nowNanos) {
        this.settings = settings;
        this.storage = storage;
        this.clock = clock;
        this.stepNanos = nowNanos;
        this.surplusNanos = nowNanos;
    }

    void add(Segment segment) {
        spares.add(segment);
    }

    boolean isEmpty() {
        return spares.isEmpty();
    }

    /** The one that waits for longest; null when there is none. */
    Segment poll() {
        return spares.poll();
    }

    /** One with room for so many bytes of frames; null when there is none. */
    Segment poll(long room) {
        for (Segment spare : spares) {
            if (spare.size() - SegmentHeader.LENGTH >= room) {
                spares.remove(spare);
                return spare;
            }
        }
        return null;
    }

    /**
     * Counts those that lay idle for a second. Segments come back in bursts, as many as were written between two checkpoints:
     * what is removed after one would have to be filled again before the next.
     */
    void countSurplus() {
        long now = clock.nanoTime();
        fewest = Math.min(fewest, spares.size());
        if (now - surplusNanos >= SECOND_NANOS) {
            surplus = Math.max(0, fewest - KEPT);
            fewest = spares.size();
            surplusNanos = now;
        }
    }

    /** Takes one step of removing the surplus; returns whether there was one to be taken. */
    boolean shrink() throws IOException {
        long now = clock.nanoTime();
        if (now - stepNanos < 0) {
            return false;
        }
        if (shrinking == null) {
            if (surplus == 0 || spares.size() <= KEPT) {
                return false;
            }
            surplus--;
            fewest--;
            shrinking = spares.pollLast();
            shrinkingSize = shrinking.size();
        }
        stepNanos = now + STEP_NANOS;
        shrinkingSize -= settings.segmentBytes() > STEP_BYTES
                ? STEP_BYTES
                : Segment.alignedSize(settings.segmentBytes() / SMALL_STEPS);
        if (shrinkingSize > 0) {
            shrinking.file().truncate(shrinkingSize);
        } else {
            Segment gone = shrinking;
            shrinking = null;
            gone.file().close();
            storage.delete(gone.path());
        }
        return true;
    }

    /** Nanoseconds until {@link #countSurplus} or {@link #shrink} has something to do; -1 when only another spare brings that. */
    long nanosToNextWork(long nowNanos) {
        if (shrinking != null || surplus > 0 && spares.size() > KEPT) {
            return Math.max(0, stepNanos - nowNanos);
        }
        return spares.size() > KEPT ? Math.max(0, surplusNanos + SECOND_NANOS - nowNanos) : -1;
    }

    /** All that there are, for closing. */
    List<Segment> all() {
        List<Segment> all = new ArrayList<>(spares);
        if (shrinking != null) {
            all.add(shrinking);
        }
        return all;
    }
}

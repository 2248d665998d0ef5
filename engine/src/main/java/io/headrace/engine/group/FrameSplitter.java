package io.headrace.engine.group;

import io.headrace.engine.spi.SinkSharing.EventHash;
import io.headrace.frame.DerivedProducer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;

/**
 * Splits frames into lanes by the hash of their events. The same frame always gives the same parts, with the same
 * identity. Owned by one thread at a time.
 */
final class FrameSplitter implements AutoCloseable {
    private final EventHash hash;
    private final String name;
    private final FrameBuilder[] builders;
    private final EventCursor cursor = new EventCursor();

    /** @param name of what is hashed: parts made otherwise are other frames */
    FrameSplitter(EventHash hash, String name, int lanes) {
        this.hash = hash;
        this.name = name;
        this.builders = new FrameBuilder[lanes];
    }

    /** A part for each lane that has events, with one reference each; null for the others. */
    Frame[] split(Frame frame) {
        Frame[] parts = new Frame[builders.length];
        int[] laneOf = new int[frame.eventCount()];
        cursor.wrap(frame);
        int first = -1;
        boolean whole = true;
        while (cursor.next()) {
            int lane = (int) Long.remainderUnsigned(hash.of(cursor), builders.length);
            laneOf[cursor.index()] = lane;
            whole &= first < 0 || lane == first;
            first = lane;
        }
        if (whole) {
            parts[Math.max(0, first)] = frame.retain();
            return parts;
        }
        boolean large = frame.plainLength() > FrameLayout.MAX_FRAME_BYTES;
        FrameBuilder[] used = large ? new FrameBuilder[builders.length] : builders;
        try {
            build(frame, laneOf, used, parts);
            return parts;
        } catch (RuntimeException | Error e) {
            for (Frame part : parts) {
                if (part != null) {
                    part.release();
                }
            }
            throw e;
        } finally {
            end(used, large);
        }
    }

    private void build(Frame frame, int[] laneOf, FrameBuilder[] used, Frame[] parts) {
        // A part is no longer than the whole, which may be longer than what is built here: a peer has its own limits.
        int bytes = Math.max(FrameLayout.MAX_FRAME_BYTES, frame.plainLength());
        Headers shared = Headers.of(cursor.sharedHeaders());
        cursor.rewind();
        while (cursor.next()) {
            int lane = laneOf[cursor.index()];
            if (used[lane] == null) {
                used[lane] = new FrameBuilder(FramePool.shared(), new FrameLimits(Integer.MAX_VALUE, bytes, bytes));
            }
            if (!used[lane].isOpen()) {
                used[lane].begin(shared);
            }
            if (!used[lane].add(cursor)) {
                throw new IllegalStateException(
                        "part of a frame: larger than " + bytes + " bytes (expected: no larger than the frame)");
            }
        }
        for (int lane = 0; lane < used.length; lane++) {
            if (used[lane] != null && used[lane].isOpen()) {
                long id = DerivedProducer.idOf(frame.producerId(), name, used.length, lane);
                parts[lane] = used[lane].buildDerived(id, frame.firstEventNumber(), frame.createdMicros());
            }
        }
    }

    private static void end(FrameBuilder[] used, boolean large) {
        for (FrameBuilder builder : used) {
            if (builder != null && builder.isOpen()) {
                builder.discard();
            }
            if (builder != null && large) {
                builder.close();
            }
        }
    }

    @Override
    public void close() {
        for (int lane = 0; lane < builders.length; lane++) {
            if (builders[lane] != null) {
                builders[lane].close();
                builders[lane] = null;
            }
        }
    }
}

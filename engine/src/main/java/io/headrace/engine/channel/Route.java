package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/**
 * What one frame becomes in each channel of a source: kept while its put is tried again, so that it is intercepted and
 * split once. Owned by the input's thread.
 */
final class Route {
    /** The share of one channel. */
    static final class Share {
        final List<Frame> frames = new ArrayList<>(1);
        boolean required;
        int events;
        long charge;

        /** Whether it counts among what was tried to put. */
        boolean counted;

        // The put under way.
        boolean wanted;
        int reservedFrames;
        long reservedCharge;
        Frame announcement;

        /** The channel that has a copy which came over another stream, or null; and the sequence it has there. */
        DualChannel copyIn;

        long copySequence;

        void add(Frame frame) {
            frames.add(frame);
            events += frame.eventCount();
            charge += frame.pinnedBytes();
        }

        private void clear() {
            frames.clear();
            required = false;
            events = 0;
            charge = 0;
            counted = false;
            wanted = false;
            copyIn = null;
        }
    }

    final Share[] shares;
    long startNanos;

    /** The channel for whose room the putting thread waited and was woken. */
    DualChannel wokenFor;

    private Frame origin;
    private boolean intercepted;
    private final List<Frame> owned = new ArrayList<>(1);

    Route(int channels) {
        shares = new Share[channels];
        for (int i = 0; i < channels; i++) {
            shares[i] = new Share();
        }
    }

    boolean isFor(Frame frame, boolean wasIntercepted) {
        return origin == frame && intercepted == wasIntercepted;
    }

    /** Begins anew; the origin is retained so that nothing else can be taken for it. */
    void begin(Frame frame, boolean wasIntercepted, long nowNanos) {
        clear();
        origin = frame.retain();
        intercepted = wasIntercepted;
        startNanos = nowNanos;
    }

    /** Takes over the reference of a frame that was made for this route. */
    void own(Frame frame) {
        owned.add(frame);
    }

    void clear() {
        for (Share share : shares) {
            share.clear();
        }
        owned.forEach(Frame::release);
        owned.clear();
        if (origin != null) {
            origin.release();
            origin = null;
        }
    }
}

package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.OriginPairs;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Tells a source which frames of its route a channel has by their origin, whatever stream they came over. Safe for any
 * thread; what is between {@link #lock} and {@link #unlock} is one step for all channels of the route.
 */
final class OriginCheck {
    private final List<DualChannel> channels;
    private final SeenOrigins[] seen;

    /** The order in which channels are locked, whatever order a source has them in. */
    private final SeenOrigins[] inOrder;

    /** Whether a selector chooses channels by the place in the stream, so that copies may be in any of them. */
    private final boolean anywhere;

    OriginCheck(List<DualChannel> channels, int window, boolean anywhere) {
        this.channels = channels;
        this.anywhere = anywhere;
        this.seen =
                channels.stream().map(channel -> channel.wantOrigins(window)).toArray(SeenOrigins[]::new);
        this.inOrder = seen.clone();
        Arrays.sort(inOrder, Comparator.comparingLong(origins -> origins.order));
    }

    void lock() {
        for (SeenOrigins origins : inOrder) {
            origins.lock();
        }
    }

    void unlock() {
        for (SeenOrigins origins : inOrder) {
            origins.unlock();
        }
    }

    /** Whether the frame of a share came before; the share says then which channel has it, and as what. */
    boolean cameBefore(int channel, Route.Share share) {
        if (share.frames.isEmpty()) {
            return false;
        }
        Frame frame = share.frames.get(0);
        for (int i = 0; i < seen.length; i++) {
            if (i == channel || anywhere) {
                long sequence = seen[i].find(frame);
                if (sequence != OriginPairs.NOT_FOUND) {
                    share.copyIn = channels.get(i);
                    share.copySequence = sequence;
                    return true;
                }
            }
        }
        return false;
    }

    void published(int channel, Route.Share share, long sequence) {
        if (!share.frames.isEmpty()) {
            seen[channel].add(share.frames.get(0), sequence);
        }
    }
}

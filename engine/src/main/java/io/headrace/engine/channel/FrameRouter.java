package io.headrace.engine.channel;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ChannelSelector.Branch;
import io.headrace.engine.spi.TurnSelector;
import io.headrace.frame.DerivedProducer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says which channels a frame goes to, and splits it where its events choose different ones: each channel gets one frame
 * with the events of all branches that lead to it, in their order, and channels with the same share get the same frame.
 */
final class FrameRouter {
    private static final int MAX_BRANCHES = 64;

    private final InterceptorChain interceptors;
    private final ChannelSelector selector;
    private final PutCompression compression;
    private final TurnSelector turns;
    private final AtomicLong nextTurn = new AtomicLong();
    private final List<Branch> branches;
    private final long[] requiredBranches;
    private final long[] anyBranches;
    private final Counter unrouted;

    /** Branches that lead to a channel. */
    private long leading;

    /**
     * @param unrouted counts events for which the selector has no channel
     * @param compression of what goes to the channels; null for none
     */
    FrameRouter(
            InterceptorChain interceptors,
            ChannelSelector selector,
            List<DualChannel> channels,
            Counter unrouted,
            PutCompression compression) {
        this.interceptors = interceptors;
        this.compression = compression;
        this.selector = selector;
        this.turns = selector instanceof TurnSelector byTurn ? byTurn : null;
        this.branches = selector.branches();
        this.unrouted = unrouted;
        if (branches.isEmpty() || branches.size() > MAX_BRANCHES) {
            throw new IllegalArgumentException(
                    "selector branches: " + branches.size() + " (expected: 1 to " + MAX_BRANCHES + ")");
        }
        Map<Channel, Integer> places = new IdentityHashMap<>();
        for (int i = 0; i < channels.size(); i++) {
            places.put(channels.get(i), i);
        }
        requiredBranches = new long[channels.size()];
        anyBranches = new long[channels.size()];
        for (int b = 0; b < branches.size(); b++) {
            for (Channel channel : branches.get(b).required()) {
                Integer place = places.get(channel);
                if (place == null) {
                    throw new IllegalArgumentException(
                            "channel " + channel.name() + ": required and not open (expected: open)");
                }
                requiredBranches[place] |= 1L << b;
                anyBranches[place] |= 1L << b;
            }
            for (Channel channel : branches.get(b).optional()) {
                Integer place = places.get(channel);
                // An optional channel that is not open gets nothing and holds up nobody.
                if (place != null) {
                    anyBranches[place] |= 1L << b;
                }
            }
        }
        for (long any : anyBranches) {
            leading |= any;
        }
    }

    /** Whether some branch requires the channel. */
    boolean isRequired(int channel) {
        return requiredBranches[channel] != 0;
    }

    /** Whether a frame's place in its input says which channel it goes to. */
    boolean takesTurns() {
        return turns != null;
    }

    /** Where the turn after the one of this position begins in an ordered input. */
    long turnAbove(long position) {
        if (turns == null) {
            return Long.MAX_VALUE;
        }
        long begin = position - position % turns.turnBytes();
        return begin > Long.MAX_VALUE - turns.turnBytes() ? Long.MAX_VALUE : begin + turns.turnBytes();
    }

    /** Fills the shares of a route that was begun, for a frame at a position of an input. */
    void fill(Route route, SourceInputImpl input, long position, Frame frame, boolean intercepted) {
        if (interceptors.isNothingToDo(intercepted)) {
            select(route, input, position, frame);
            return;
        }
        List<Frame> made = interceptors.apply(frame, intercepted, input.key() == null);
        made.forEach(route::own);
        for (int i = 0; i < made.size(); i++) {
            select(route, input, position, made.get(i));
        }
    }

    private void select(Route route, SourceInputImpl input, long position, Frame frame) {
        if (turns == null) {
            select(route, frame);
        } else {
            share(route, frame, bit(byTurn(input, position)));
        }
    }

    private Branch byTurn(SourceInputImpl input, long position) {
        InputKey key = input.key();
        if (key == null) {
            return turns.select(0, nextTurn.getAndIncrement());
        }
        // A frame of a file begins where the one before it ended, in every life; where it ends may differ.
        return turns.select(
                input.hash(),
                key.kind() == InputKey.Kind.ORDERED ? input.lastPosition() / turns.turnBytes() : position);
    }

    private void select(Route route, Frame frame) {
        if (branches.size() == 1) {
            share(route, frame, 1L);
            return;
        }
        EventCursor cursor = new EventCursor().wrap(frame);
        Map<String, String> shared = cursor.sharedHeaders();
        if (cursor.onlySharedHeaders() && selector.dependsOnSharedHeadersOnly(shared)) {
            share(route, frame, bit(selector.select(shared)));
            return;
        }
        long[] chosen = new long[frame.eventCount()];
        long all = 0;
        while (cursor.next()) {
            long branch = bit(selector.select(cursor));
            chosen[cursor.index()] = branch;
            all |= branch;
        }
        if (Long.bitCount(all) <= 1) {
            share(route, frame, all);
            return;
        }
        split(route, frame, chosen, all);
    }

    private void share(Route route, Frame frame, long chosen) {
        if ((chosen & leading) == 0) {
            unrouted.add(frame.eventCount());
            return;
        }
        Frame made = compressed(route, frame);
        for (int channel = 0; channel < anyBranches.length; channel++) {
            if ((anyBranches[channel] & chosen) != 0) {
                addTo(route, channel, made, chosen);
            }
        }
    }

    private void split(Route route, Frame frame, long[] chosen, long all) {
        if ((all & ~leading) != 0) {
            for (long branch : chosen) {
                unrouted.add((branch & leading) == 0 ? 1 : 0);
            }
        }
        Map<Long, Frame> made = new HashMap<>();
        for (int channel = 0; channel < anyBranches.length; channel++) {
            long wanted = anyBranches[channel] & all;
            if (wanted != 0) {
                Frame part = made.get(wanted);
                if (part == null) {
                    part = compressed(route, wanted == all ? frame : own(route, part(frame, chosen, wanted)));
                    made.put(wanted, part);
                }
                addTo(route, channel, part, wanted);
            }
        }
    }

    /** What channels get of a frame: made once, whatever their number, and kept while the put is tried again. */
    private Frame compressed(Route route, Frame frame) {
        return compression == null ? frame : own(route, compression.apply(frame));
    }

    private static Frame own(Route route, Frame made) {
        route.own(made);
        return made;
    }

    private void addTo(Route route, int channel, Frame frame, long chosen) {
        Route.Share share = route.shares[channel];
        share.add(frame);
        share.required |= (requiredBranches[channel] & chosen) != 0;
    }

    private Frame part(Frame frame, long[] chosen, long mask) {
        EventCursor cursor = new EventCursor().wrap(frame);
        // A part is no longer than the whole, which may be longer than what is built here: a peer has its own limits.
        int bytes = Math.max(FrameLayout.MAX_FRAME_BYTES, frame.plainLength());
        FrameLimits limits = new FrameLimits(Integer.MAX_VALUE, bytes, bytes);
        try (FrameBuilder builder = new FrameBuilder(FramePool.shared(), limits)) {
            builder.begin(Headers.of(cursor.sharedHeaders()));
            while (cursor.next()) {
                if ((chosen[cursor.index()] & mask) != 0 && !builder.add(cursor)) {
                    throw new IllegalStateException(
                            "part of a frame: larger than " + limits.frameBytes() + " bytes (expected: smaller)");
                }
            }
            return builder.buildDerived(
                    derivedId(frame.producerId(), mask), frame.firstEventNumber(), frame.createdMicros());
        }
    }

    private long derivedId(long producerId, long mask) {
        long id = DerivedProducer.idOf(producerId, "selector", interceptors.size(), (int) mask);
        int high = (int) (mask >>> Integer.SIZE);
        return high == 0 ? id : DerivedProducer.idOf(id, "selector", interceptors.size(), high);
    }

    private static long bit(Branch branch) {
        return 1L << branch.index();
    }
}

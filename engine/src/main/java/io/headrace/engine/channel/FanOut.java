package io.headrace.engine.channel;

import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import java.util.List;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * Puts what a {@link Route} says into its channels: into all that are required or into none, and into optional ones as far
 * as they have room. Room is reserved in all required channels before anything is published in one, so that nothing can
 * fail in between; how long a put waits for room is its caller's matter.
 *
 * <p>Called by the thread of the input; inputs of different threads may put at the same time.
 */
final class FanOut {
    private final List<DualChannel> channels;
    private final NanoClock nanoClock;
    private final EpochClock epochClock;

    FanOut(List<DualChannel> channels, NanoClock nanoClock, EpochClock epochClock) {
        this.channels = channels;
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
    }

    /**
     * Puts it, or says why not: then nothing was put in any channel that is required.
     *
     * @param check what came over other streams, locked by the caller; null where that is not compared
     * @throws EventTooLargeException when a required channel takes no frame of that length, before anything is put
     */
    PutStatus put(SourceInputImpl source, long position, Route route, PutTicketImpl ticket, OriginCheck check) {
        boolean anyWanted = false;
        boolean anyRequired = false;
        for (int i = 0; i < channels.size(); i++) {
            Route.Share share = route.shares[i];
            ChannelInput input = source.inputs[i];
            if (!share.required) {
                share.wanted = false;
                continue;
            }
            if (!channels.get(i).isAccepting()) {
                ticket.refused(channels.get(i), null);
                return PutStatus.CLOSED;
            }
            if (!input.covers(position)) {
                ticket.refused(channels.get(i), null);
                return PutStatus.ABOVE_WINDOW;
            }
            checkLength(channels.get(i), share);
            share.copyIn = null;
            share.wanted = !input.has(position) && (check == null || !check.cameBefore(i, share));
            anyWanted |= share.wanted;
            anyRequired = true;
        }
        if (anyWanted) {
            PutStatus refused = reserveAll(source, route, ticket);
            if (refused != null) {
                return refused;
            }
        }
        publishRequired(source, position, route, ticket, check);
        offerOptional(source, position, route, check);
        for (int i = 0; i < channels.size(); i++) {
            ChannelInput input = source.inputs[i];
            if (!route.shares[i].required && input.covers(position)) {
                // On none of its branches, or optional without room: it will never be asked for this position.
                input.passed(position);
            }
        }
        source.passed(position);
        return anyWanted || !anyRequired ? PutStatus.ACCEPTED : PutStatus.DUPLICATE;
    }

    private static void checkLength(DualChannel channel, Route.Share share) {
        int length = longest(share);
        if (length > channel.settings().maxFrameLength()) {
            throw new EventTooLargeException(length, channel.settings().maxFrameLength());
        }
    }

    /** With events inflated: a frame that is compressed may have to be something else later on. */
    private static int longest(Route.Share share) {
        int longest = 0;
        for (int i = 0; i < share.frames.size(); i++) {
            longest = Math.max(longest, share.frames.get(i).plainLength());
        }
        return longest;
    }

    private PutStatus reserveAll(SourceInputImpl source, Route route, PutTicketImpl ticket) {
        for (int i = 0; i < channels.size(); i++) {
            Route.Share share = route.shares[i];
            if (share.required && share.wanted) {
                DualChannel channel = channels.get(i);
                if (!share.counted) {
                    share.counted = true;
                    channel.metrics().putAttempts.add(share.events);
                }
                FullReason reason = reserve(channel, source.inputs[i], share, route.wokenFor == channel);
                if (reason != null || !channel.isAccepting()) {
                    cancelBelow(reason == null ? i + 1 : i, route);
                    ticket.refused(channel, reason);
                    return reason == null ? PutStatus.CLOSED : PutStatus.FULL;
                }
            }
        }
        return null;
    }

    private FullReason reserve(DualChannel channel, ChannelInput input, Route.Share share, boolean woken) {
        boolean announce = !input.isAnonymous() && !input.announced;
        Frame announcement = announce ? announcement(input) : null;
        int frames = share.frames.size() + (announce ? 1 : 0);
        long charge = share.charge + (announce ? announcement.pinnedBytes() : 0);
        FullReason reason = channel.tryReserve(frames, share.events, charge, woken);
        if (reason != null) {
            if (announce) {
                announcement.release();
            }
            return reason;
        }
        share.announcement = announcement;
        share.reservedFrames = frames;
        share.reservedCharge = charge;
        return null;
    }

    private void cancelBelow(int end, Route route) {
        for (int i = 0; i < end; i++) {
            Route.Share share = route.shares[i];
            if (share.required && share.wanted) {
                channels.get(i).cancel(share.reservedFrames, share.events, share.reservedCharge);
                releaseAnnouncement(share);
            }
        }
    }

    private static void releaseAnnouncement(Route.Share share) {
        if (share.announcement != null) {
            share.announcement.release();
            share.announcement = null;
        }
    }

    private void publishRequired(
            SourceInputImpl source, long position, Route route, PutTicketImpl ticket, OriginCheck check) {
        long now = nanoClock.nanoTime();
        for (int i = 0; i < channels.size(); i++) {
            Route.Share share = route.shares[i];
            if (!share.required) {
                continue;
            }
            DualChannel channel = channels.get(i);
            ChannelInput input = source.inputs[i];
            if (share.wanted) {
                long sequence = publish(channel, source, input, position, share, now);
                ticket.add(channel, sequence);
                if (check != null) {
                    check.published(i, share, sequence);
                }
                channel.metrics().put.recordMicros((now - route.startNanos) / 1_000);
            } else if (share.copyIn != null) {
                ticket.add(share.copyIn, leaveOut(channel, input, position, share));
            } else {
                // R15: a duplicate is acknowledged when its first copy is.
                input.prune(channel.safe());
                ticket.add(channel, input.sequenceOf(position));
                channel.metrics().duplicates.increment();
            }
        }
    }

    /** A copy came before over another stream; returns the sequence that it has. */
    private static long leaveOut(DualChannel channel, ChannelInput input, long position, Route.Share share) {
        if (share.copyIn == channel) {
            channel.duplicate(input, position, share.copySequence);
        } else {
            // Which log keeps the copy is not this one's to say: it would be asked for again after a kill, and found.
            input.passed(position);
        }
        channel.metrics().originDuplicates.add(share.events);
        return share.copySequence;
    }

    private long publish(
            DualChannel channel,
            SourceInputImpl source,
            ChannelInput input,
            long position,
            Route.Share share,
            long now) {
        if (share.announcement != null) {
            channel.publication().announce(input, share.announcement, now);
            releaseAnnouncement(share);
        }
        long sequence = channel.publication().publish(input, position, false, share.frames, now);
        // R16: checked, published and marked in one step on the input's thread.
        input.passed(position);
        input.prune(channel.safe());
        input.put(position, source.lastPosition(), sequence);
        channel.metrics().putSuccesses.add(share.events);
        return sequence;
    }

    private void offerOptional(SourceInputImpl source, long position, Route route, OriginCheck check) {
        for (int i = 0; i < channels.size(); i++) {
            Route.Share share = route.shares[i];
            DualChannel channel = channels.get(i);
            ChannelInput input = source.inputs[i];
            if (share.required || share.frames.isEmpty() || !input.covers(position) || input.has(position)) {
                continue;
            }
            if (check != null && check.cameBefore(i, share)) {
                leaveOut(channel, input, position, share);
                continue;
            }
            channel.metrics().putAttempts.add(share.events);
            if (!channel.isAccepting()) {
                continue;
            }
            if (longest(share) > channel.settings().maxFrameLength() || reserve(channel, input, share, false) != null) {
                channel.metrics().putErrors.add(share.events);
            } else if (channel.isAccepting()) {
                long sequence = publish(channel, source, input, position, share, nanoClock.nanoTime());
                if (check != null) {
                    check.published(i, share, sequence);
                }
            } else {
                channel.cancel(share.reservedFrames, share.events, share.reservedCharge);
                releaseAnnouncement(share);
            }
        }
    }

    /** The frame that gives an input its number (R7); the caller releases it. */
    Frame announcement(ChannelInput input) {
        return ControlFrames.input(input.number, input.key, epochClock.time() * 1_000);
    }
}

package io.headrace.engine.channel;

import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** A source's interceptors, its selector and the channels behind them. */
public final class ChannelProcessorImpl implements ChannelProcessor {
    /** What a waiter whose frame nobody knows is taken to need. */
    private static final long USUAL_EVENTS = 100;

    private static final long USUAL_BYTES = 64L * 1024;

    private static final int SMALLEST_FRAME = 1_024;

    private final List<DualChannel> channels;
    private final InterceptorChain interceptors;
    private final FrameRouter router;
    private final FanOut fanOut;
    private final NanoClock nanoClock;
    private final EpochClock epochClock;

    /** Null where frames are known by their place in their stream only. */
    private volatile OriginCheck origins;

    /**
     * @param channels all that the selector can choose, opened by {@link ChannelFactory}, but for optional ones that are
     *     not open
     * @param metrics of the source
     */
    public ChannelProcessorImpl(
            List<? extends Channel> channels,
            List<InterceptorStage> interceptors,
            ChannelSelector selector,
            NanoClock nanoClock,
            EpochClock epochClock,
            MetricGroup metrics) {
        this(channels, interceptors, selector, null, nanoClock, epochClock, metrics);
    }

    /**
     * As the other one.
     *
     * @param compressor of frames that are not yet compressed, once interceptors and selector are done; null for none
     */
    public ChannelProcessorImpl(
            List<? extends Channel> channels,
            List<InterceptorStage> interceptors,
            ChannelSelector selector,
            FrameCompressor compressor,
            NanoClock nanoClock,
            EpochClock epochClock,
            MetricGroup metrics) {
        this.channels = new ArrayList<>();
        int maxEventBytes = FrameLayout.DEFAULT_MAX_EVENT_BYTES;
        for (Channel channel : channels) {
            if (!(channel instanceof DualChannel dual)) {
                throw new IllegalArgumentException(
                        "channel " + channel.name() + ": " + channel.getClass() + " (expected: from ChannelFactory)");
            }
            this.channels.add(dual);
            maxEventBytes = Math.max(maxEventBytes, dual.settings().maxEventBytes());
        }
        this.interceptors = new InterceptorChain(
                interceptors, limitsOfOneFrame(maxEventBytes), metrics.counter("EventFilteredCount"));
        this.router = new FrameRouter(
                this.interceptors,
                selector,
                this.channels,
                metrics.counter("EventUnroutedCount"),
                compressor == null ? null : new PutCompression(compressor, metrics));
        this.fanOut = new FanOut(this.channels, nanoClock, epochClock);
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
    }

    /** What grows on the way stays one frame up to the length that a single event may have and every channel takes. */
    private FrameLimits limitsOfOneFrame(int maxEventBytes) {
        int bytes = Math.max(FrameLayout.MAX_FRAME_BYTES, maxEventBytes);
        for (DualChannel channel : channels) {
            bytes = Math.min(bytes, channel.settings().maxFrameLength() - FrameLayout.HOP_LENGTH);
        }
        return new FrameLimits(Integer.MAX_VALUE, Math.max(SMALLEST_FRAME, bytes), maxEventBytes);
    }

    @Override
    public void dropKnownOrigins(int window) {
        origins = new OriginCheck(channels, window, router.takesTurns());
    }

    boolean comparesOrigins() {
        return origins != null;
    }

    @Override
    public SourceInput openInput(InputKey key) {
        ChannelInput[] inputs = new ChannelInput[channels.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = channels.get(i).inputs().open(key);
            if (origins != null && key.kind() == InputKey.Kind.WINDOW) {
                inputs[i].byOrigin = true;
            }
        }
        return new SourceInputImpl(this, key, inputs);
    }

    @Override
    public SourceInput anonymousInput() {
        ChannelInput[] inputs = new ChannelInput[channels.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = channels.get(i).inputs().openAnonymous();
        }
        return new SourceInputImpl(this, null, inputs);
    }

    @Override
    public Headers intercept(Map<String, String> own) {
        return interceptors.shared(own);
    }

    @Override
    public PutTicket newTicket() {
        return new PutTicketImpl(channels.size());
    }

    @Override
    public void whenRoom(Channel full, Runnable wake) {
        DualChannel channel = (DualChannel) full;
        channel.waiters().add(RoomWaiters.Waiter.callback(wake, USUAL_EVENTS, USUAL_BYTES));
        if (!channel.isAccepting()) {
            channel.waiters().wakeAll();
        }
        channel.wakeJournal();
    }

    @Override
    public boolean isCrowded() {
        for (int i = 0; i < channels.size(); i++) {
            if (router.isRequired(i) && channels.get(i).isCrowded()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int frameBytes() {
        int smallest = Integer.MAX_VALUE;
        for (int i = 0; i < channels.size(); i++) {
            if (router.isRequired(i)) {
                smallest = Math.min(smallest, channels.get(i).settings().frameBytes());
            }
        }
        return smallest == Integer.MAX_VALUE ? ChannelProcessor.super.frameBytes() : smallest;
    }

    @Override
    public List<Channel> channels() {
        return List.copyOf(channels);
    }

    @Override
    public PutStatus put(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket)
            throws InterruptedException {
        PutStatus status = tryPut(input, position, frame, intercepted, ticket);
        if (status != PutStatus.FULL) {
            return status;
        }
        SourceInputImpl source = (SourceInputImpl) input;
        long deadline = deadlineFor(ticket.fullChannel());
        while (status == PutStatus.FULL) {
            DualChannel full = (DualChannel) ticket.fullChannel();
            if (nanosLeft(full, deadline) <= 0) {
                // Not into the queue, not for a moment: nobody passes those who wait, whatever room there is by then.
                return status;
            }
            RoomSignal signal = source.room;
            signal.await(Thread.currentThread());
            RoomWaiters.Waiter waiter = signal.waiter.wanting(frame.eventCount(), frame.pinnedBytes());
            full.waiters().add(waiter);
            full.wakeJournal();
            try {
                source.route.wokenFor = full;
                status = null;
                while (awaitRoom(full, signal, deadline)) {
                    status = tryPut(input, position, frame, intercepted, ticket);
                    if (status != PutStatus.FULL || ticket.fullChannel() != full) {
                        break;
                    }
                    status = null;
                    signal.woken = false;
                    full.waiters().addAgain(waiter);
                    full.wakeJournal();
                }
            } finally {
                source.route.wokenFor = null;
                full.waiters().settle(waiter);
                full.wakeJournal();
            }
            if (status == null) {
                return PutStatus.FULL;
            }
        }
        return status;
    }

    private static boolean awaitRoom(DualChannel full, RoomSignal signal, long deadline) throws InterruptedException {
        while (!signal.woken && full.isAccepting()) {
            long left = nanosLeft(full, deadline);
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(full, left);
        }
        return true;
    }

    private static long nanosLeft(DualChannel full, long deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("waiting for room in channel " + full.name());
        }
        return deadline - System.nanoTime();
    }

    private static long deadlineFor(Channel full) {
        return System.nanoTime()
                + TimeUnit.SECONDS.toNanos(((DualChannel) full).settings().keepAliveSeconds());
    }

    @Override
    public PutStatus tryPut(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        SourceInputImpl source = (SourceInputImpl) input;
        PutTicketImpl filled = (PutTicketImpl) ticket;
        filled.clear();
        Route route = source.route;
        PutStatus status = null;
        try {
            if (!route.isFor(frame, intercepted)) {
                route.begin(frame, intercepted, nanoClock.nanoTime());
                router.fill(route, source, position, frame, intercepted);
            }
            status = source.byOrigin()
                    ? putByOrigin(source, position, route, filled)
                    : fanOut.put(source, position, route, filled, null);
            return status;
        } finally {
            if (status != PutStatus.FULL) {
                route.clear();
            }
        }
    }

    /** What comes over several streams: check, publish and mark are one step for all of them. */
    private PutStatus putByOrigin(SourceInputImpl source, long position, Route route, PutTicketImpl ticket) {
        OriginCheck check = origins;
        check.lock();
        try {
            return fanOut.put(source, position, route, ticket, check);
        } finally {
            check.unlock();
        }
    }

    // ---- for inputs

    DualChannel channel(int index) {
        return channels.get(index);
    }

    boolean isRequired(int index) {
        return router.isRequired(index);
    }

    long turnAbove(long position) {
        return router.turnAbove(position);
    }

    Frame announcement(ChannelInput input) {
        return fanOut.announcement(input);
    }

    Frame mark() {
        return ControlFrames.mark(epochClock.time() * 1_000);
    }

    long nanoTime() {
        return nanoClock.nanoTime();
    }
}

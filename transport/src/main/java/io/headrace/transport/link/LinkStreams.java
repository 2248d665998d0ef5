package io.headrace.transport.link;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.wal.StreamId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.agrona.concurrent.NanoClock;

/**
 * The streams that one thread receives (R16: all connections of a stream are here). Channels speak to it through {@link
 * #signal}, which hands the thread one task a round however much they say.
 *
 * <p>Owned by the thread behind its executor, except {@link #signal}.
 */
public final class LinkStreams {
    /** Has tasks done on the thread that owns the streams. */
    @FunctionalInterface
    public interface Alarm {
        /** Once, not before so many nanoseconds are over. */
        void after(long nanos, Runnable task);
    }

    /** How often ACKs that wait are looked at, while there are any; one look serves all connections. */
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LinkReceiverOptions options;
    private final ChannelProcessor processor;
    private final CreditBudget budget;
    private final NanoClock clock;
    private final EpochClock epochClock;
    private final LinkReceiverMetrics metrics;
    private final Executor owner;
    private final Alarm alarm;
    private final Consumer<Throwable> errors;
    private final Map<StreamId, LinkStream> streams = new HashMap<>();
    private final ManyToOneConcurrentLinkedQueue<LinkStream> signalled = new ManyToOneConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable round = this::round;
    private final List<LinkReceiver> watched = new ArrayList<>();
    private final Runnable look = this::look;
    private boolean leaving;
    private long receivedBytes;

    /**
     * @param owner runs tasks on the thread that owns the streams
     * @param alarm runs them there later
     * @param errors told what an interceptor, a selector or a channel threw; the connection it hit is closed
     */
    public LinkStreams(
            LinkReceiverOptions options,
            ChannelProcessor processor,
            CreditBudget budget,
            NanoClock clock,
            EpochClock epochClock,
            LinkReceiverMetrics metrics,
            Executor owner,
            Alarm alarm,
            Consumer<Throwable> errors) {
        this.options = options;
        this.processor = processor;
        this.budget = budget;
        this.clock = clock;
        this.epochClock = epochClock;
        this.metrics = metrics;
        this.owner = owner;
        this.alarm = alarm;
        this.errors = errors;
    }

    LinkReceiverOptions options() {
        return options;
    }

    ChannelProcessor processor() {
        return processor;
    }

    CreditBudget budget() {
        return budget;
    }

    NanoClock clock() {
        return clock;
    }

    EpochClock epochClock() {
        return epochClock;
    }

    LinkReceiverMetrics metrics() {
        return metrics;
    }

    Consumer<Throwable> errors() {
        return errors;
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Frame bytes that came over all connections. */
    long receivedBytes() {
        return receivedBytes;
    }

    void received(int bytes) {
        receivedBytes += bytes;
    }

    /** The stream of an id, opened when it is new. */
    LinkStream stream(StreamId id) {
        return streams.computeIfAbsent(id, key -> new LinkStream(key, this));
    }

    /** Asks for a round of the stream; from any thread. */
    void signal(LinkStream stream) {
        if (stream.markSignalled()) {
            signalled.add(stream);
            if (scheduled.compareAndSet(false, true)) {
                owner.execute(round);
            }
        }
    }

    /** Closes what is silent too long and the inputs of streams that nobody sends any more; about once a second. */
    public void checkTime() {
        long now = clock.nanoTime();
        for (LinkStream stream : List.copyOf(streams.values())) {
            if (stream.checkTime(now)) {
                streams.remove(stream.id());
            }
        }
    }

    /** An ACK of the connection waits: to be looked at before long. */
    void watch(LinkReceiver receiver) {
        watched.add(receiver);
        if (watched.size() == 1) {
            alarm.after(WATCH_NANOS, look);
        }
    }

    private void look() {
        long now = clock.nanoTime();
        watched.removeIf(receiver -> {
            try {
                return !receiver.checkHold(now);
            } catch (RuntimeException | Error e) {
                // One connection's trouble must not keep the others waiting.
                receiver.close();
                errors.accept(e);
                return true;
            }
        });
        if (!watched.isEmpty()) {
            alarm.after(WATCH_NANOS, look);
        }
    }

    /** Tells all senders that this source stops: nothing more is taken, what is acknowledged is still answered. */
    public void goAway(String why) {
        leaving = true;
        receivers().forEach(receiver -> receiver.goAway(why));
    }

    /** Connections that still await acknowledgements or are open. */
    public int openConnections() {
        return receivers().size();
    }

    /** Closes every connection and input. */
    public void close() {
        leaving = true;
        receivers().forEach(LinkReceiver::close);
        streams.values().forEach(LinkStream::close);
        streams.clear();
    }

    private List<LinkReceiver> receivers() {
        List<LinkReceiver> all = new ArrayList<>();
        streams.values().forEach(stream -> all.addAll(stream.receivers()));
        return all;
    }

    private void round() {
        scheduled.set(false);
        LinkStream stream = signalled.poll();
        while (stream != null) {
            stream.round();
            stream = signalled.poll();
        }
    }
}

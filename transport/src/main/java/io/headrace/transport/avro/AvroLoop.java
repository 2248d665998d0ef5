package io.headrace.transport.avro;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Producer;
import io.headrace.transport.tls.Refusals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * The connections of a source on one event loop, and what they share: one input of the channels, one wait for room in
 * each channel that is full, one task a round for all that the channels say.
 *
 * <p>Owned by the event loop, except {@link #signal}.
 */
final class AvroLoop {
    private final Executor loop;
    private final ChannelProcessor processor;
    private final AvroReceiverOptions options;
    private final BatchLimits limits;
    private final ReceiveBudget budget;
    private final Greeting greeting;
    private final AvroSourceMetrics metrics;
    private final Refusals refusals;
    private final NanoClock clock;
    private final EpochClock epochClock;
    private final Producer producer;
    private final Consumer<Throwable> errors;
    private final SourceInput input;
    private final Set<AvroReceiver> receivers = new LinkedHashSet<>();
    private final Set<AvroReceiver> unanswered = new LinkedHashSet<>();
    private final Set<AvroReceiver> parked = new LinkedHashSet<>();
    private final Set<Channel> fullChannels = new HashSet<>();
    private final ConcurrentLinkedQueue<Channel> channelsWithRoom = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final Runnable round = this::round;
    private final boolean manyChannels;
    private volatile boolean waiting;
    private volatile boolean thirsty;

    AvroLoop(
            Executor loop,
            ChannelProcessor processor,
            AvroReceiverOptions options,
            ReceiveBudget budget,
            Greeting greeting,
            AvroSourceMetrics metrics,
            Refusals refusals,
            NanoClock clock,
            EpochClock epochClock,
            long producerId,
            Consumer<Throwable> errors) {
        this.loop = loop;
        this.processor = processor;
        this.options = options;
        this.limits = BatchLimits.of(processor, options.maxEventBytes());
        this.budget = budget;
        this.greeting = greeting;
        this.metrics = metrics;
        this.refusals = refusals;
        this.clock = clock;
        this.epochClock = epochClock;
        this.producer = new Producer(producerId);
        this.errors = errors;
        this.manyChannels = processor.channels().size() > 1;
        this.input = processor.anonymousInput();
        input.setListener(() -> {
            if (waiting) {
                signal();
            }
        });
        budget.whenRoom(() -> {
            if (thirsty) {
                signal();
            }
        });
    }

    ChannelProcessor processor() {
        return processor;
    }

    SourceInput input() {
        return input;
    }

    Producer producer() {
        return producer;
    }

    AvroReceiverOptions options() {
        return options;
    }

    BatchLimits limits() {
        return limits;
    }

    ReceiveBudget budget() {
        return budget;
    }

    Greeting greeting() {
        return greeting;
    }

    AvroSourceMetrics metrics() {
        return metrics;
    }

    Refusals refusals() {
        return refusals;
    }

    NanoClock clock() {
        return clock;
    }

    EpochClock epochClock() {
        return epochClock;
    }

    /** Told what the channels or interceptors threw. */
    Consumer<Throwable> errors() {
        return errors;
    }

    FrameBuilder newBuilder() {
        return new FrameBuilder(
                FramePool.shared(), new FrameLimits(Integer.MAX_VALUE, processor.frameBytes(), limits.eventBytes()));
    }

    void join(AvroReceiver receiver) {
        receivers.add(receiver);
    }

    void leave(AvroReceiver receiver) {
        receivers.remove(receiver);
        unanswered.remove(receiver);
        parked.remove(receiver);
    }

    int openConnections() {
        return receivers.size();
    }

    /** Whether a newcomer has to wait behind those who wait for room. */
    boolean isQueueing() {
        return !parked.isEmpty() && !manyChannels;
    }

    /** A connection has a request that a channel has no room for, or that waits behind such a one. */
    void park(AvroReceiver receiver, Channel full) {
        parked.add(receiver);
        if (full != null && fullChannels.add(full)) {
            processor.whenRoom(full, () -> {
                channelsWithRoom.add(full);
                signal();
            });
        }
    }

    /** Says that a connection waits for acknowledgements; it looks once more afterwards, so that none is missed. */
    void awaitAnswers(AvroReceiver receiver) {
        unanswered.add(receiver);
        waiting = true;
    }

    /** Says that a connection waits for the budget; it looks once more afterwards. */
    void awaitBudget() {
        thirsty = true;
    }

    /** Asks for a round; from any thread. */
    void signal() {
        if (signalled.compareAndSet(false, true)) {
            loop.execute(round);
        }
    }

    private void round() {
        signalled.set(false);
        waiting = false;
        boolean roomCame = takeRoom();
        if (roomCame) {
            List<AvroReceiver> queue = new ArrayList<>(parked);
            parked.clear();
            queue.forEach(receiver -> guarded(receiver, receiver::roomCame));
        }
        List<AvroReceiver> waiters = new ArrayList<>(unanswered);
        unanswered.clear();
        waiters.forEach(receiver -> guarded(receiver, receiver::work));
        if (thirsty) {
            thirsty = false;
            new ArrayList<>(receivers).forEach(receiver -> guarded(receiver, receiver::work));
        }
    }

    /** One connection's trouble must not keep the others of the round waiting. */
    private void guarded(AvroReceiver receiver, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            receiver.close();
            errors.accept(e);
        }
    }

    private boolean takeRoom() {
        boolean came = false;
        Channel channel = channelsWithRoom.poll();
        while (channel != null) {
            fullChannels.remove(channel);
            came = true;
            channel = channelsWithRoom.poll();
        }
        return came;
    }

    /** To be called about once a second. */
    void checkTime() {
        long now = clock.nanoTime();
        for (AvroReceiver receiver : List.copyOf(receivers)) {
            guarded(receiver, () -> receiver.checkTime(now));
        }
    }

    /** Connections take no request more and close when what they took is answered. */
    void leaveAll() {
        List.copyOf(receivers).forEach(AvroReceiver::goAway);
    }

    void close() {
        List.copyOf(receivers).forEach(AvroReceiver::close);
        input.close();
    }
}

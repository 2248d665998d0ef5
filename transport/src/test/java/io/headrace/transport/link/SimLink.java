package io.headrace.transport.link;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A sender and a receiver with model channels over a simulated network, driven by one thread and one seed. */
final class SimLink {
    final Random random;
    final ByteBufAllocator allocator;
    final ModelSource source = new ModelSource(new StreamId(1, 2));
    final ModelSink sink;
    final List<SimConnection> connections = new ArrayList<>();
    final List<String> health = new ArrayList<>();
    final MetricGroup senderMetrics = new MetricGroup(GroupType.SINK, "sender");
    final MetricGroup receiverMetrics = new MetricGroup(GroupType.SOURCE, "receiver");
    private final LinkReceiverMetrics receiverCounts = new LinkReceiverMetrics(receiverMetrics);
    LinkReceiverOptions receiverOptions = LinkReceiverOptions.defaults();
    LinkSenderOptions senderOptions = LinkSenderOptions.defaults("agent", "channel");
    long receiveBytes = 256 * 1024;
    long nanos = 1;
    LinkSender sender;
    LinkStreams streams;
    CreditBudget budget;
    boolean dialling;
    boolean unreachable;
    final List<Throwable> errors = new ArrayList<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    SimLink(long seed, long sinkBytes, ByteBufAllocator allocator) {
        this.random = new Random(seed);
        this.allocator = allocator;
        this.sink = new ModelSink(sinkBytes);
    }

    SimLink start() {
        startReceiver();
        startSender();
        return this;
    }

    void startSender() {
        LinkDialer dialer = new LinkDialer() {
            @Override
            public void dial() {
                dialling = true;
            }

            @Override
            public String target() {
                return "sim:1";
            }
        };
        LinkHealth said = new LinkHealth() {
            @Override
            public void healthy(String detail) {
                health.add("+" + detail);
            }

            @Override
            public void unhealthy(String reason) {
                health.add("-" + reason);
            }
        };
        dialling = false;
        sender = new LinkSender(senderOptions, source, dialer, () -> nanos, random::nextLong, said, senderMetrics);
    }

    void startReceiver() {
        budget = new CreditBudget(receiveBytes);
        streams = new LinkStreams(
                receiverOptions,
                sink,
                budget,
                () -> nanos,
                () -> nanos / 1_000_000,
                receiverCounts,
                tasks::add,
                errors::add);
    }

    /** The last connection made. */
    SimConnection connection() {
        return connections.get(connections.size() - 1);
    }

    void answerDial() {
        if (!dialling) {
            return;
        }
        dialling = false;
        if (unreachable) {
            sender.dialFailed("refused");
            return;
        }
        SimConnection made = new SimConnection(allocator);
        connections.add(made);
        LinkStreams life = streams;
        made.receiver = new LinkReceiver(
                made.fromReceiver, (receiver, hello) -> receiver.join(life), receiverOptions, receiverCounts);
        sender.connected(made.fromSender);
    }

    boolean deliverToReceiver(SimConnection over, int bytes) {
        boolean moved = over.fromSender.deliver(
                bytes, piece -> over.receiver.received(piece), () -> over.receiver.disconnected());
        over.receiver.readComplete();
        return moved;
    }

    boolean deliverToSender(SimConnection over, int bytes) {
        return over.fromReceiver.deliver(
                bytes,
                piece -> sender.received(over.fromSender, piece),
                () -> sender.disconnected(over.fromSender, "end of stream"));
    }

    void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
    }

    void advance(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    void work() {
        int rounds = 0;
        while (sender.doWork() > 0) {
            if (++rounds > 10_000) {
                throw new AssertionError("the sender spins");
            }
        }
    }

    /** Runs everything until nothing moves; time stands still. */
    void settle() {
        boolean moved = true;
        int rounds = 0;
        while (moved) {
            answerDial();
            work();
            runTasks();
            moved = dialling;
            for (SimConnection over : List.copyOf(connections)) {
                moved |= deliverToReceiver(over, Integer.MAX_VALUE);
                moved |= deliverToSender(over, Integer.MAX_VALUE);
            }
            if (++rounds > 100_000) {
                throw new AssertionError("sender and receiver never come to rest");
            }
        }
        connections.removeIf(
                over -> over.fromSender.isClosed() && over.fromReceiver.isClosed() && over != connection());
    }

    /** Kills the receiving process: its connections break, its channel forgets what was not durable. */
    void killReceiver() {
        connections.forEach(over -> over.receiver.close());
        connections.forEach(over -> over.fromSender.cut());
        connections.forEach(over -> over.fromReceiver.cut());
        tasks.clear();
        sink.crash();
        startReceiver();
    }

    /** Kills the sending process. */
    void killSender() {
        connections.forEach(over -> over.fromSender.cut());
        source.crash();
        sender.close();
        startSender();
    }

    void close() {
        sender.close();
        streams.close();
        connections.forEach(over -> over.receiver.close());
        source.close();
    }
}

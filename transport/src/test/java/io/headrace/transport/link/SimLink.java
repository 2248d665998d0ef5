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
    private final LinkSenderCounts senderCounts = new LinkSenderMetrics(senderMetrics);
    final MetricGroup receiverMetrics = new MetricGroup(GroupType.SOURCE, "receiver");
    private final LinkReceiverMetrics receiverCounts = new LinkReceiverMetrics(receiverMetrics);
    LinkReceiverOptions receiverOptions = LinkReceiverOptions.defaults();
    LinkSenderOptions senderOptions = LinkSenderOptions.defaults("agent", "channel");
    long receiveBytes = 256 * 1024;
    long nanos = 1;
    /** How many connections the sink has. */
    int lanes = 1;
    /** The first one's. */
    LinkSender sender;

    final List<LinkSender> senders = new ArrayList<>();
    private PinnedConsumers shared;
    LinkStreams streams;
    LinkGate gate = new TokenGate("");
    CreditBudget budget;
    private boolean[] dialling = new boolean[1];
    boolean unreachable;
    final List<Throwable> errors = new ArrayList<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final DrivenAlarm alarm = new DrivenAlarm(() -> nanos);

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
        dialling = new boolean[lanes];
        senders.clear();
        shared = lanes == 1 ? null : new PinnedConsumers(source, lanes);
        for (int lane = 0; lane < lanes; lane++) {
            senders.add(newSender(lane));
        }
        sender = senders.get(0);
    }

    private LinkSender newSender(int lane) {
        boolean[] dials = dialling;
        LinkDialer dialer = new LinkDialer() {
            @Override
            public void dial() {
                dials[lane] = true;
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
        return new LinkSender(
                senderOptions,
                shared == null ? source : shared.part(lane),
                dialer,
                () -> nanos,
                random::nextLong,
                said,
                senderCounts);
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
                alarm,
                errors::add);
    }

    /** The last connection made. */
    SimConnection connection() {
        return connections.get(connections.size() - 1);
    }

    void answerDial() {
        for (int lane = 0; lane < lanes; lane++) {
            if (dialling[lane]) {
                dialling[lane] = false;
                answerDial(senders.get(lane));
            }
        }
    }

    boolean isDialling() {
        for (boolean one : dialling) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    private void answerDial(LinkSender who) {
        if (unreachable) {
            who.dialFailed("refused");
            return;
        }
        SimConnection made = new SimConnection(allocator, who);
        connections.add(made);
        LinkStreams life = streams;
        made.receiver = new LinkReceiver(
                made.fromReceiver, (receiver, hello) -> receiver.join(life), receiverOptions, receiverCounts, gate);
        who.connected(made.fromSender);
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
                piece -> over.sender.received(over.fromSender, piece),
                () -> over.sender.disconnected(over.fromSender, "end of stream"));
    }

    void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
        alarm.run();
    }

    void advance(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    void work() {
        int rounds = 0;
        while (drive()) {
            if (++rounds > 10_000) {
                throw new AssertionError("the sender spins");
            }
        }
    }

    private boolean drive() {
        boolean more = false;
        for (int lane = 0; lane < lanes; lane++) {
            more |= tellState(lane);
            more |= senders.get(lane).doWork() > 0;
            more |= tellState(lane);
        }
        return more;
    }

    private boolean tellState(int lane) {
        return shared != null && shared.stands(lane, senders.get(lane).state() == LinkSender.State.STREAMING);
    }

    private void closeSenders() {
        senders.forEach(LinkSender::close);
        if (shared != null) {
            shared.close();
        }
    }

    /** Runs everything until nothing moves; time stands still, but for what an alarm is set for. */
    void settle() {
        boolean moved = true;
        int rounds = 0;
        while (moved) {
            answerDial();
            work();
            runTasks();
            moved = isDialling();
            for (SimConnection over : List.copyOf(connections)) {
                moved |= deliverToReceiver(over, Integer.MAX_VALUE);
                moved |= deliverToSender(over, Integer.MAX_VALUE);
            }
            if (!moved && alarm.next() >= 0) {
                nanos = Math.max(nanos, alarm.next());
                moved = true;
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
        alarm.clear();
        sink.crash();
        startReceiver();
    }

    /** Kills the sending process. */
    void killSender() {
        connections.forEach(over -> over.fromSender.cut());
        source.crash();
        closeSenders();
        startSender();
    }

    void close() {
        closeSenders();
        streams.close();
        connections.forEach(over -> over.receiver.close());
        source.close();
    }
}

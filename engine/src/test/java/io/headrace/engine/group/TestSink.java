package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A sink that a test drives, with a receiver behind it that drops what it has seen by sequence, as a link's does, and
 * keeps what was sent whatever becomes of the lease.
 */
final class TestSink {
    final GroupMember member;
    final List<String> arrived = new ArrayList<>();
    final Deque<Lease> open = new ArrayDeque<>();
    boolean up = true;

    /** Whether it tells what it sends. */
    boolean says = true;

    private final Map<Long, List<String>> seen = new HashMap<>();
    private final int batch;
    private ChannelConsumer consumer;

    TestSink(GroupMember member, int batch) {
        this.member = member;
        this.batch = batch;
    }

    void consumer(ChannelConsumer joined) {
        consumer = joined;
        consumer.setListener(() -> {});
    }

    ChannelConsumer consumer() {
        return consumer;
    }

    /** Takes a lease and holds it; false when there is none. */
    boolean take() {
        Lease lease = up ? consumer.tryLease(batch, Long.MAX_VALUE) : null;
        if (lease != null) {
            if (says) {
                lease.sent(0);
            }
            open.add(lease);
        }
        return lease != null;
    }

    /** Sends the first frames of the oldest lease. */
    void send(int frames) {
        Lease lease = open.peek();
        int sent = Math.min(frames, lease.size());
        lease.sent(sent);
        for (int i = 0; i < sent; i++) {
            List<String> bodies = bodies(lease.frame(i));
            List<String> before = seen.putIfAbsent(lease.sequence(i), bodies);
            if (before == null) {
                arrived.addAll(bodies);
            } else {
                assertThat(bodies)
                        .as("what %s got as sequence %d", member.name(), lease.sequence(i))
                        .isEqualTo(before);
            }
        }
    }

    /** Sends and commits the oldest lease. */
    void deliver() {
        send(Integer.MAX_VALUE);
        open.remove().commit();
    }

    /** Takes and delivers one lease; false when there is none. */
    boolean step() {
        if (open.isEmpty() && !take()) {
            return false;
        }
        deliver();
        return true;
    }

    /** Loses its connection: what it has goes back. */
    void fail() {
        up = false;
        while (!open.isEmpty()) {
            open.remove().rollback();
        }
        member.trouble("cut by the test");
    }

    private static List<String> bodies(Frame frame) {
        List<String> bodies = new ArrayList<>();
        EventCursor cursor = new EventCursor().wrap(frame);
        while (cursor.next()) {
            bodies.add(new String(cursor.body(), StandardCharsets.UTF_8));
        }
        return bodies;
    }
}

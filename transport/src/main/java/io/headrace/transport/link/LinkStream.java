package io.headrace.transport.link;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.SourceInput;
import io.headrace.wal.InputKey;
import io.headrace.wal.StreamId;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * One sending channel: the input that all of its connections put into, and the connections by number. A new connection
 * of a number fences the old one (R16).
 *
 * <p>Owned by the thread of its {@link LinkStreams}, except the listener's two flags and what has room.
 */
final class LinkStream {
    private final StreamId id;
    private final LinkStreams owner;
    private final SourceInput input;
    private final Map<Integer, LinkReceiver> connections = new LinkedHashMap<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final Set<Channel> fullChannels = new HashSet<>();
    private final ManyToOneConcurrentLinkedQueue<Channel> channelsWithRoom = new ManyToOneConcurrentLinkedQueue<>();
    private volatile boolean waiting;
    private long emptySinceNanos;
    private boolean used;

    LinkStream(StreamId id, LinkStreams owner) {
        this.id = id;
        this.owner = owner;
        this.emptySinceNanos = owner.clock().nanoTime();
        this.input = owner.processor().openInput(new InputKey(InputKey.Kind.WINDOW, "link:" + id));
        this.input.setListener(() -> {
            // Pairs with awaitSignal: the channel's milestone is written before the flag is read.
            VarHandle.fullFence();
            if (waiting) {
                owner.signal(this);
            }
        });
    }

    StreamId id() {
        return id;
    }

    SourceInput input() {
        return input;
    }

    Collection<LinkReceiver> receivers() {
        return connections.values();
    }

    /** Makes {@code receiver} the connection of that number; the one before it is closed first. */
    void join(LinkReceiver receiver, int number) {
        LinkReceiver old = connections.put(number, receiver);
        if (old != null) {
            owner.metrics().connectionsFenced.increment();
            old.fence();
        }
    }

    /** A frame came: what is known of the stream is kept for a while after its last connection. */
    void used() {
        used = true;
    }

    void leave(LinkReceiver receiver, int number) {
        if (connections.remove(number, receiver) && connections.isEmpty()) {
            emptySinceNanos = owner.clock().nanoTime();
        }
    }

    /**
     * Says that a connection waits for an acknowledgement or for room; it looks once more afterwards, so that what came
     * between its look and this call is not missed.
     */
    void awaitSignal() {
        waiting = true;
    }

    /**
     * Says that a connection waits for room. One wait for each channel serves all connections, also those to come:
     * while a channel is full a broken connection leaves nothing behind in its queue.
     */
    void awaitRoom(Channel full) {
        if (fullChannels.add(full)) {
            owner.processor().whenRoom(full, () -> {
                channelsWithRoom.add(full);
                owner.signal(this);
            });
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

    boolean markSignalled() {
        return signalled.compareAndSet(false, true);
    }

    void round() {
        signalled.set(false);
        waiting = false;
        boolean roomCame = takeRoom();
        for (LinkReceiver receiver : List.copyOf(connections.values())) {
            try {
                receiver.round(roomCame);
            } catch (RuntimeException | Error e) {
                // One connection's trouble must not keep the others of the round waiting.
                receiver.close();
                owner.errors().accept(e);
            }
        }
    }

    /** True when nobody has sent it for long and its input is closed. */
    boolean checkTime(long now) {
        for (LinkReceiver receiver : List.copyOf(connections.values())) {
            receiver.checkTime(now);
        }
        boolean over = connections.isEmpty()
                && (!used
                        || now - emptySinceNanos
                                >= TimeUnit.MILLISECONDS.toNanos(owner.options().inputGraceMillis()));
        if (over) {
            input.close();
        }
        return over;
    }

    void close() {
        input.close();
    }
}

package io.headrace.transport.link;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.FullReason;
import io.headrace.engine.channel.Ledger;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import io.headrace.wal.SequenceWindow;
import io.headrace.wal.StreamId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The receiving channel as a model: what was put, how far it is durable, what its sink took, and what a crash forgets. */
public final class ModelSink implements ChannelProcessor, Channel {
    private record Entry(ModelInput input, long position, long id, long bytes) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<Long> delivered = new ArrayList<>();
    private final Map<InputKey, ModelInput> inputs = new HashMap<>();
    private final ArrayDeque<Runnable> waiters = new ArrayDeque<>();
    private final long capacityBytes;
    private int acknowledged;
    private int drained;
    private long heldBytes;
    private boolean acknowledgesAtOnce;
    private boolean closed;
    private boolean keepsIds = true;
    private int maxFrameLength = Integer.MAX_VALUE;

    public ModelSink(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Acknowledges when published, as a channel in memory does. */
    public synchronized ModelSink acknowledgingAtOnce() {
        acknowledgesAtOnce = true;
        return this;
    }

    /** Takes and drops everything at once, for measuring. */
    public synchronized ModelSink devNull() {
        acknowledgesAtOnce = true;
        keepsIds = false;
        return this;
    }

    /** Refuses longer frames, as a channel with a smaller {@code maxEventBytes} than its source does. */
    public synchronized ModelSink taking(int longest) {
        maxFrameLength = longest;
        return this;
    }

    /** Makes up to {@code count} more entries durable and acknowledged; keeps what the floor says. */
    public void sync(int count) {
        List<Runnable> wake = new ArrayList<>();
        synchronized (this) {
            int end = Math.min(entries.size(), acknowledged + count);
            while (acknowledged < end) {
                Entry entry = entries.get(acknowledged++);
                entry.input.unacknowledged.remove(entry.position);
                if (!entry.input.kept.isMarked(entry.position)) {
                    entry.input.kept.mark(entry.position);
                }
            }
            for (ModelInput input : inputs.values()) {
                input.kept.advanceTo(input.floor);
                wake.add(input.listener);
            }
        }
        wake.forEach(Runnable::run);
    }

    /** Its sink takes up to {@code count} acknowledged entries, which makes room. */
    public void drain(int count) {
        List<Runnable> wake = new ArrayList<>();
        synchronized (this) {
            int end = Math.min(acknowledged, drained + count);
            while (drained < end) {
                Entry entry = entries.get(drained++);
                delivered.add(entry.id);
                heldBytes -= entry.bytes;
            }
            while (heldBytes < capacityBytes && !waiters.isEmpty() && wake.size() < 1000) {
                wake.add(waiters.poll());
            }
        }
        wake.forEach(Runnable::run);
    }

    /** Forgets what is not durable. */
    public synchronized void crash() {
        while (entries.size() > acknowledged) {
            heldBytes -= entries.remove(entries.size() - 1).bytes;
        }
        waiters.clear();
        inputs.values().forEach(ModelInput::forget);
    }

    /** How many wait for room. */
    public synchronized int waiters() {
        return waiters.size();
    }

    /** From now on every put is refused. */
    public synchronized void shut() {
        closed = true;
    }

    /** Numbers of the frames that its sink took, in order. */
    public synchronized List<Long> delivered() {
        return List.copyOf(delivered);
    }

    public synchronized int published() {
        return entries.size();
    }

    /** Numbers of all frames that it holds or delivered. */
    public synchronized List<Long> published(InputKey key) {
        return entries.stream()
                .filter(entry -> entry.input.key.equals(key))
                .map(Entry::id)
                .toList();
    }

    public synchronized boolean isOpen(InputKey key) {
        return inputs.containsKey(key) && inputs.get(key).open;
    }

    @Override
    public synchronized SourceInput openInput(InputKey key) {
        ModelInput input = inputs.computeIfAbsent(key, ModelInput::new);
        input.open = true;
        return input;
    }

    @Override
    public SourceInput anonymousInput() {
        throw new UnsupportedOperationException("anonymous input");
    }

    @Override
    public Headers intercept(Map<String, String> own) {
        return Headers.of(own);
    }

    @Override
    public synchronized PutStatus tryPut(
            SourceInput source, long position, Frame frame, boolean intercepted, PutTicket put) {
        ModelInput input = (ModelInput) source;
        Ticket ticket = (Ticket) put;
        ticket.refused = false;
        if (closed) {
            ticket.refused = true;
            return PutStatus.CLOSED;
        }
        if (!input.open) {
            throw new IllegalStateException("input " + input.key + " is closed");
        }
        if (frame.length() > maxFrameLength) {
            throw new EventTooLargeException(frame.length(), maxFrameLength);
        }
        if (!input.seen.covers(position)) {
            return PutStatus.ABOVE_WINDOW;
        }
        if (input.seen.isMarked(position)) {
            ticket.index = input.unacknowledged.getOrDefault(position, 0);
            return PutStatus.DUPLICATE;
        }
        if (heldBytes >= capacityBytes) {
            ticket.refused = true;
            return PutStatus.FULL;
        }
        input.seen.mark(position);
        if (!keepsIds) {
            ticket.index = 0;
            return PutStatus.ACCEPTED;
        }
        heldBytes += frame.alignedLength();
        entries.add(new Entry(input, position, TestFrames.idOf(frame), frame.alignedLength()));
        ticket.index = entries.size();
        input.unacknowledged.put(position, ticket.index);
        if (acknowledgesAtOnce) {
            sync(1);
        }
        return PutStatus.ACCEPTED;
    }

    @Override
    public PutStatus put(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        throw new UnsupportedOperationException("R2: nothing waits on an event loop");
    }

    @Override
    public PutTicket newTicket() {
        return new Ticket();
    }

    @Override
    public void whenRoom(Channel full, Runnable wake) {
        synchronized (this) {
            if (heldBytes >= capacityBytes) {
                waiters.add(wake);
                return;
            }
        }
        wake.run();
    }

    @Override
    public List<Channel> channels() {
        return List.of(this);
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public StreamId streamId() {
        return new StreamId(9, 9);
    }

    @Override
    public synchronized long acknowledged() {
        return acknowledged;
    }

    @Override
    public synchronized long safe() {
        return drained;
    }

    @Override
    public synchronized long lowWater() {
        return drained;
    }

    @Override
    public synchronized long size() {
        return entries.size() - drained;
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public Throwable failure() {
        return null;
    }

    @Override
    public ChannelConsumer consumer(String sinkName) {
        throw new UnsupportedOperationException("consumer");
    }

    @Override
    public Ledger ledger() {
        throw new UnsupportedOperationException("ledger");
    }

    private final class Ticket implements PutTicket {
        private int index;
        private boolean refused;

        @Override
        public boolean isAcknowledged() {
            synchronized (ModelSink.this) {
                return index <= acknowledged;
            }
        }

        @Override
        public boolean isSafe() {
            synchronized (ModelSink.this) {
                return index <= drained;
            }
        }

        @Override
        public Channel fullChannel() {
            return refused ? ModelSink.this : null;
        }

        @Override
        public FullReason fullReason() {
            return refused ? FullReason.BYTES : null;
        }
    }

    private final class ModelInput implements SourceInput {
        private final InputKey key;
        private final SequenceWindow kept = new SequenceWindow(0);
        private final Map<Long, Integer> unacknowledged = new HashMap<>();
        private SequenceWindow seen = new SequenceWindow(0);
        private volatile Runnable listener = () -> {};
        private long floor;
        private boolean open;

        ModelInput(InputKey key) {
            this.key = key;
        }

        void forget() {
            floor = kept.floor();
            seen = new SequenceWindow(floor);
            for (long position = floor + 1; position <= kept.highest(); position++) {
                if (kept.isMarked(position)) {
                    seen.mark(position);
                }
            }
            unacknowledged.clear();
            listener = () -> {};
            open = false;
        }

        @Override
        public InputKey key() {
            return key;
        }

        @Override
        public boolean isKnown() {
            return true;
        }

        @Override
        public long startPosition() {
            synchronized (ModelSink.this) {
                return kept.floor();
            }
        }

        @Override
        public long boundaryAbove(long position) {
            return Long.MAX_VALUE;
        }

        @Override
        public long safePosition() {
            throw new UnsupportedOperationException("ORDERED");
        }

        @Override
        public long acknowledgedPosition() {
            throw new UnsupportedOperationException("ORDERED");
        }

        @Override
        public void mark(long position) {
            throw new UnsupportedOperationException("ORDERED");
        }

        @Override
        public void advanceFloor(long newFloor) {
            synchronized (ModelSink.this) {
                floor = Math.max(floor, newFloor);
                seen.advanceTo(floor);
            }
        }

        @Override
        public void setListener(Runnable newListener) {
            listener = newListener;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}

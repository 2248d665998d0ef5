package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.FullReason;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.EventCursor;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.Headers;
import io.headrace.wal.InputKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A channel that keeps what it is given, and over restarts of the source what it is told to. Nothing in it is safe
 * before {@link #makeSafe}.
 */
final class RecordingProcessor implements ChannelProcessor {
    /** One event as it arrived. */
    record Event(String input, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** One frame as it arrived. */
    record Put(String input, long position, int events) {}

    final List<Event> events = new ArrayList<>();
    final List<Put> puts = new ArrayList<>();
    private final List<Put> journal = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();
    final Map<String, Input> inputs = new LinkedHashMap<>();
    final Map<String, Long> marks = new HashMap<>();
    final TreeSet<Long> boundaries = new TreeSet<>();
    boolean full;
    boolean crowded;
    boolean closed;
    /** Whether what is put is acknowledged at once. */
    boolean acknowledges = true;

    /** Another channel stands beside, which knows nothing after a restart. */
    boolean forgetful;

    int largestFrame = Integer.MAX_VALUE;
    Runnable wake;

    /** Everything that was put is safe. */
    void makeSafe() {
        inputs.values().forEach(input -> input.safe = input.put);
    }

    /** As after a kill of a channel that kept only what was safe. */
    void loseWhatIsNotSafe() {
        inputs.values().forEach(input -> {
            input.known |= input.safe > 0;
            input.put = input.safe;
        });
    }

    /** How many frames and marks were put, in the order in which a channel keeps them. */
    int journaled() {
        return journal.size();
    }

    /** So many of what was put first are safe. */
    void makeSafe(int first) {
        for (Put put : journal.subList(0, first)) {
            Input input = inputs.get(put.input);
            input.safe = Math.max(input.safe, put.position);
        }
    }

    /** As after a kill of a channel that kept so many of what was put first. */
    void keepFirst(int first) {
        int kept = 0;
        inputs.values().forEach(input -> input.put = input.safe);
        for (Put put : journal.subList(0, first)) {
            Input input = inputs.get(put.input);
            input.put = Math.max(input.put, put.position);
            input.safe = input.put;
            kept += put.events;
        }
        journal.subList(first, journal.size()).clear();
        events.subList(kept, events.size()).clear();
        inputs.values().forEach(input -> input.known = input.put > 0);
    }

    /** As after a kill of a channel that keeps nothing. */
    void forget() {
        inputs.clear();
    }

    /** As after an orderly restart. */
    void restart() {
        inputs.values().forEach(input -> input.known = input.known || input.put > 0);
    }

    List<String> texts() {
        return events.stream().map(Event::text).toList();
    }

    byte[] bytes(String input) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.stream().filter(event -> event.input.equals(input)).forEach(event -> out.writeBytes(event.body));
        return out.toByteArray();
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.forEach(event -> out.writeBytes(event.body));
        return out.toByteArray();
    }

    @Override
    public SourceInput openInput(InputKey key) {
        return inputs.computeIfAbsent(key.id(), id -> new Input(key)).opened();
    }

    @Override
    public SourceInput anonymousInput() {
        throw new UnsupportedOperationException("a tailed file is never anonymous");
    }

    @Override
    public boolean isCrowded() {
        return crowded;
    }

    @Override
    public Headers intercept(Map<String, String> own) {
        return Headers.of(own);
    }

    @Override
    public PutStatus tryPut(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        if (closed) {
            return PutStatus.CLOSED;
        }
        if (frame.length() > largestFrame) {
            throw new EventTooLargeException(frame.length(), largestFrame);
        }
        if (full) {
            return PutStatus.FULL;
        }
        Input target = (Input) input;
        if (position <= target.put && !forgetful) {
            return PutStatus.DUPLICATE;
        }
        target.put = position;
        puts.add(new Put(target.key.id(), position, frame.eventCount()));
        journal.add(puts.get(puts.size() - 1));
        frames.add(frame);
        EventCursor cursor = new EventCursor().wrap(frame);
        cursor.validate();
        while (cursor.next()) {
            events.add(new Event(target.key.id(), cursor.headers(), cursor.body()));
        }
        return PutStatus.ACCEPTED;
    }

    @Override
    public PutStatus put(SourceInput input, long position, Frame frame, boolean intercepted, PutTicket ticket) {
        return tryPut(input, position, frame, intercepted, ticket);
    }

    @Override
    public PutTicket newTicket() {
        return new PutTicket() {
            @Override
            public boolean isAcknowledged() {
                return true;
            }

            @Override
            public boolean isSafe() {
                return false;
            }

            @Override
            public Channel fullChannel() {
                return null;
            }

            @Override
            public FullReason fullReason() {
                return full ? FullReason.BYTES : null;
            }
        };
    }

    @Override
    public void whenRoom(Channel channel, Runnable toWake) {
        wake = toWake;
    }

    @Override
    public List<Channel> channels() {
        return List.of();
    }

    /** One file. */
    final class Input implements SourceInput {
        final InputKey key;
        long put;
        long safe;
        boolean known;
        private boolean knownWhenOpened;

        Input(InputKey key) {
            this.key = key;
        }

        Input opened() {
            knownWhenOpened = known || put > 0;
            return this;
        }

        @Override
        public InputKey key() {
            return key;
        }

        @Override
        public boolean isKnown() {
            return knownWhenOpened;
        }

        @Override
        public boolean isForgotten() {
            return forgetful && knownWhenOpened;
        }

        @Override
        public long startPosition() {
            return put;
        }

        @Override
        public long boundaryAbove(long position) {
            Long above = boundaries.higher(position);
            return above == null ? Long.MAX_VALUE : above;
        }

        @Override
        public long safePosition() {
            return safe;
        }

        @Override
        public long acknowledgedPosition() {
            return acknowledges ? put : safe;
        }

        @Override
        public void mark(long position) {
            marks.put(key.id(), position);
            journal.add(new Put(key.id(), position, 0));
            if (safe == put) {
                safe = position;
            }
            put = Math.max(put, position);
        }

        @Override
        public void advanceFloor(long floor) {
            throw new UnsupportedOperationException("files have positions");
        }

        @Override
        public void setListener(Runnable listener) {
            // Nothing here happens by itself.
        }

        @Override
        public void close() {
            // Kept for the next life of the source.
        }
    }
}

package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import io.headrace.wal.InputKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A source that can read again: an ordered one goes on where the channel says, a window one is a sender that sends again
 * what was not acknowledged. Remembers what the channel promised.
 */
final class SimulatedInput {
    private static final int LONG_FRAME = 6_000;

    /** Long frames are filled from here: text is what takes long to make. */
    private static final String TEXT = text();

    private final InputKey key;
    private final Producer producer;
    private final boolean durable;
    private final boolean heavy;
    private SimulatedSinks sinks;
    final Map<Long, Integer> eventsAt = new HashMap<>();
    final TreeSet<Long> acknowledged = new TreeSet<>();
    /** Sequences of what was acknowledged in this life, by position. */
    private final Map<Long, Long> sequences = new HashMap<>();
    /** Acknowledged before it was on disk, as the settings allow, and perhaps lost when power was. */
    final Set<Long> forgiven = new HashSet<>();

    private final List<Outstanding> outstanding = new ArrayList<>();
    private final ArrayDeque<Long> toSend = new ArrayDeque<>();
    private ChannelProcessorImpl processor;
    private SourceInput input;
    long highest;
    private long next = 1;
    private long notLostUpTo;
    private int putCount;

    private record Outstanding(long position, PutTicket ticket) {}

    SimulatedInput(InputKey.Kind kind, String id, boolean durable, boolean heavy) {
        this.heavy = heavy;
        this.durable = durable;
        this.key = new InputKey(kind, id);
        this.producer = new Producer(id.hashCode());
    }

    /** Who is told of sequences. */
    void tell(SimulatedSinks told) {
        sinks = told;
    }

    String id() {
        return key.id();
    }

    String frame(long position) {
        return key.id() + "/" + position;
    }

    /** Whether there ever was a put at this position. */
    boolean wasPut(long position) {
        return eventsAt.containsKey(position);
    }

    boolean isWindow() {
        return key.kind() == InputKey.Kind.WINDOW;
    }

    /** A life begins: asks the channel where to go on. */
    void open(ChannelProcessorImpl newProcessor) {
        processor = newProcessor;
        input = processor.openInput(key);
        outstanding.clear();
        sequences.clear();
        checkStart(input.startPosition());
        notLostUpTo = input.startPosition();
        if (isWindow()) {
            toSend.clear();
            for (long position = 1; position <= highest; position++) {
                if (!acknowledged.contains(position) && !forgiven.contains(position)) {
                    toSend.add(position);
                }
            }
            input.advanceFloor(floor());
        } else {
            next = input.startPosition() + 1;
        }
    }

    private void checkStart(long start) {
        Promise.POSITIONS.check(
                start <= highest, () -> id() + " starts at " + start + " (expected: <= " + highest + ", the last put)");
        if (durable) {
            for (long position = start + 1; position <= notLostUpTo; position++) {
                long lost = position;
                Promise.POSITIONS.check(
                        isWindow() || forgiven.contains(position),
                        () -> id() + " starts at " + start + " although " + lost + " was safe");
            }
        }
    }

    /** What the channel says it has: it may not lose any of it. */
    long notLostUpTo() {
        return notLostUpTo;
    }

    int putCount() {
        return putCount;
    }

    boolean hasToResend() {
        return isWindow() ? !toSend.isEmpty() : next <= highest;
    }

    /** Puts the next frame, or one that the channel must know. */
    PutStatus putNext(int events) {
        long position = nextPosition();
        eventsAt.putIfAbsent(position, events);
        PutStatus status = put(position);
        if (status == PutStatus.ACCEPTED || status == PutStatus.DUPLICATE) {
            highest = Math.max(highest, position);
            next = position + 1;
            toSend.remove(position);
        }
        return status;
    }

    /** A sender may also send something twice, acknowledged or not; null when it has sent nothing in this life. */
    PutStatus putAgain(RandomGenerator random) {
        long position;
        PutTicket first = null;
        if (!outstanding.isEmpty() && random.nextBoolean()) {
            Outstanding chosen = outstanding.get(random.nextInt(outstanding.size()));
            position = chosen.position();
            first = chosen.ticket();
        } else if (!acknowledged.isEmpty()) {
            position = acknowledged.last();
        } else {
            return null;
        }
        PutStatus status = put(position);
        if (status == PutStatus.DUPLICATE && first != null) {
            PutTicket again = outstanding.get(outstanding.size() - 1).ticket();
            Promise.DUPLICATE_AFTER_FIRST.check(
                    first.isAcknowledged() || !again.isAcknowledged(),
                    () -> frame(position) + " is acknowledged as a duplicate of one that is not");
        }
        return status;
    }

    long nextPosition() {
        if (isWindow()) {
            return toSend.isEmpty() ? highest + 1 : toSend.peekFirst();
        }
        return next;
    }

    private PutStatus put(long position) {
        PutTicket ticket = processor.newTicket();
        Frame frame = Fixtures.smallFrame(producer, bodies(position).toArray(String[]::new));
        try {
            PutStatus status = processor.tryPut(input, position, frame, true, ticket);
            if (status == PutStatus.ACCEPTED) {
                putCount++;
                sinks.published(frame(position), ((PutTicketImpl) ticket).firstSequence());
            }
            if (status == PutStatus.ACCEPTED || status == PutStatus.DUPLICATE) {
                outstanding.add(new Outstanding(position, ticket));
            }
            return status;
        } finally {
            frame.release();
        }
    }

    /** What the frame at a position holds; the same each time. */
    List<String> bodies(long position) {
        int events = eventsAt.get(position);
        SplittableRandom random = new SplittableRandom(position);
        // Every third frame is longer, some so long that two fill a segment.
        int length = heavy || random.nextInt(3) == 0 ? random.nextInt(LONG_FRAME) / events : 0;
        int from = random.nextInt(TEXT.length() - LONG_FRAME);
        List<String> bodies = new ArrayList<>(events);
        for (int i = 0; i < events; i++) {
            bodies.add(id() + "/" + position + "/" + i + "-" + TEXT.substring(from + i, from + i + length));
        }
        return bodies;
    }

    /** Of all that was put and passed over by none. */
    long events() {
        return eventsAt.entrySet().stream()
                .filter(entry -> entry.getKey() <= highest)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static String text() {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        while (text.length() < 8 * LONG_FRAME) {
            text.append(Long.toHexString(random.nextLong()));
        }
        return text.toString();
    }

    void mark() {
        if (!isWindow() && next > 1) {
            input.mark(next - 1);
        }
    }

    /** Takes note of what is acknowledged by now, as the source would have acted on it. */
    void look() {
        Iterator<Outstanding> each = outstanding.iterator();
        while (each.hasNext()) {
            Outstanding one = each.next();
            // Into a channel that may hold frames only in memory a sender asks for `ack = safe`.
            if (durable ? one.ticket().isAcknowledged() : one.ticket().isSafe()) {
                acknowledged.add(one.position());
                sequences.merge(one.position(), ((PutTicketImpl) one.ticket()).firstSequence(), Math::max);
                each.remove();
            }
        }
        if (!isWindow()) {
            notLostUpTo = Math.max(notLostUpTo, input.safePosition());
        } else {
            input.advanceFloor(floor());
        }
    }

    private long floor() {
        long floor = 0;
        while (acknowledged.contains(floor + 1) || forgiven.contains(floor + 1)) {
            floor++;
        }
        return floor;
    }

    /** Power is gone: a sender has forgotten what it was promised, whether it was on disk or not. */
    void loseWhatWasNotDurable(long durable) {
        sequences.forEach((position, sequence) -> {
            if (sequence > durable && acknowledged.remove(position)) {
                forgiven.add(position);
            }
        });
    }

    void close() {
        input.close();
    }
}

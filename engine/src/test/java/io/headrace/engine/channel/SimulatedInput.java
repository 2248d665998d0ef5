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
 * what was not acknowledged; it may send copies of what another one sent, as a collector does to which a batch was moved.
 * Remembers what the channel promised.
 */
final class SimulatedInput {
    private static final int LONG_FRAME = 6_000;

    /** Long frames are filled from here: text is what takes long to make. */
    private static final String TEXT = text();

    private static final long EVENTS_APART = 10;

    private final InputKey key;
    private final Producer producer;

    /** Whose frames are sent, by their positions there; null for frames of its own. */
    private final SimulatedInput origin;

    private final Map<Long, Long> copies = new HashMap<>();
    private final SplittableRandom choice = new SplittableRandom(7);
    private final boolean durable;
    private final boolean heavy;
    private SimulatedSinks sinks;
    final Map<Long, Integer> eventsAt = new HashMap<>();
    final TreeSet<Long> acknowledged = new TreeSet<>();
    private final Map<Long, List<String>> bodiesAt = new HashMap<>();
    private long floor;
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
        this(kind, id, durable, heavy, null);
    }

    /** A stream of copies of what was sent over another one. */
    static SimulatedInput copiesOf(SimulatedInput origin, String id) {
        return new SimulatedInput(InputKey.Kind.WINDOW, id, origin.durable, origin.heavy, origin);
    }

    private SimulatedInput(InputKey.Kind kind, String id, boolean durable, boolean heavy, SimulatedInput origin) {
        this.origin = origin;
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

    /** By what it is called wherever it comes from. */
    String frame(long position) {
        return origin == null ? key.id() + "/" + position : origin.frame(copies.get(position));
    }

    /** Whether others have frames that it sends. */
    boolean sendsCopies() {
        return origin != null;
    }

    /** Whether there is anything to send. */
    boolean hasAny() {
        return origin == null || origin.highest > 0;
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
        eventsAt.putIfAbsent(position, origin == null ? events : origin.eventsAt.get(copies.get(position)));
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
        } else if (!acknowledged.isEmpty() && mustBeKnown(acknowledged.last())) {
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

    /**
     * A channel that may hold frames only in memory forgets in a kill what was committed since its last checkpoint. What a
     * sender has to the end is below its floor; behind it may be a copy of something that was committed long ago.
     */
    private boolean mustBeKnown(long position) {
        return durable || position <= floor() || sequences.containsKey(position);
    }

    long nextPosition() {
        if (isWindow()) {
            long position = toSend.isEmpty() ? highest + 1 : toSend.peekFirst();
            if (origin != null) {
                copies.computeIfAbsent(position, key -> 1 + choice.nextLong(origin.highest));
            }
            return position;
        }
        return next;
    }

    private PutStatus put(long position) {
        PutTicket ticket = processor.newTicket();
        Frame frame = build(position);
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

    /** A frame of a stream has the same producer and number each time, over whichever stream it comes. */
    private Frame build(long position) {
        if (origin != null) {
            return origin.build(copies.get(position));
        }
        String[] bodies = bodies(position).toArray(String[]::new);
        return isWindow()
                ? Fixtures.copy(key.id().hashCode(), position * EVENTS_APART, bodies)
                : Fixtures.smallFrame(producer, bodies);
    }

    /** What the frame at a position holds; the same each time. */
    List<String> bodies(long position) {
        return bodiesAt.computeIfAbsent(position, this::newBodies);
    }

    private List<String> newBodies(long position) {
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
        return origin != null
                ? 0
                : eventsAt.entrySet().stream()
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
                if (durable) {
                    sinks.acknowledged(frame(one.position()));
                }
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

    /** What is acknowledged is forgiven at most: the floor never falls. */
    private long floor() {
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

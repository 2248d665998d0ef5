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

    private final InputKey key;
    private final Producer producer;
    private final boolean durable;
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

    SimulatedInput(InputKey.Kind kind, String id, boolean durable) {
        this.durable = durable;
        this.key = new InputKey(kind, id);
        this.producer = new Producer(id.hashCode());
    }

    String id() {
        return key.id();
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
        PutStatus status = put(position, eventsAt.computeIfAbsent(position, p -> events));
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
        if (!outstanding.isEmpty() && random.nextBoolean()) {
            position = outstanding.get(random.nextInt(outstanding.size())).position();
        } else if (!acknowledged.isEmpty()) {
            position = acknowledged.last();
        } else {
            return null;
        }
        return put(position, eventsAt.get(position));
    }

    long nextPosition() {
        if (isWindow()) {
            return toSend.isEmpty() ? highest + 1 : toSend.peekFirst();
        }
        return next;
    }

    private PutStatus put(long position, int events) {
        String[] bodies = new String[events];
        for (int i = 0; i < events; i++) {
            bodies[i] = id() + "/" + position + "/" + i + padding(position, events);
        }
        PutTicket ticket = processor.newTicket();
        Frame frame = Fixtures.smallFrame(producer, bodies);
        try {
            PutStatus status = processor.tryPut(input, position, frame, true, ticket);
            putCount += status == PutStatus.ACCEPTED ? 1 : 0;
            if (status == PutStatus.ACCEPTED || status == PutStatus.DUPLICATE) {
                outstanding.add(new Outstanding(position, ticket));
            }
            return status;
        } finally {
            frame.release();
        }
    }

    /** Every third frame is longer, some so long that a few fill a segment; the same each time. */
    private static String padding(long position, int events) {
        SplittableRandom text = new SplittableRandom(position);
        int length = text.nextInt(3) == 0 ? text.nextInt(LONG_FRAME) / events : 0;
        StringBuilder padding = new StringBuilder();
        while (padding.length() < length) {
            padding.append('-').append(Long.toHexString(text.nextLong()));
        }
        return padding.toString();
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

package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.wal.OriginPairs;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What checkpoints say of frames by their origin (R9): a frame's pair once the frame is durable or committed, and the place
 * of a duplicate in its own stream not before the first copy is. Owned by the journal.
 */
final class KeptOrigins {
    private static final int FIRST_LENGTH = 64;

    private final OriginPairs pairs;
    private final PriorityQueue<Duplicate> duplicates =
            new PriorityQueue<>(Comparator.comparingLong(Duplicate::sequence));
    private long[] sequences = new long[FIRST_LENGTH];
    private long[] producers = new long[FIRST_LENGTH];
    private long[] numbers = new long[FIRST_LENGTH];
    private int head;
    private int size;

    private record Duplicate(ChannelInput input, long position, long sequence) {}

    KeptOrigins(OriginPairs pairs) {
        this.pairs = pairs;
    }

    /** A frame that the journal took, in the order of sequences. */
    void taken(long sequence, Frame frame) {
        if (size == sequences.length) {
            grow();
        }
        int at = (head + size) & (sequences.length - 1);
        sequences[at] = sequence;
        producers[at] = frame.producerId();
        numbers[at] = frame.firstEventNumber();
        size++;
    }

    /** A frame was left out whose first copy has this sequence. */
    void duplicate(ChannelInput input, long position, long sequence) {
        duplicates.add(new Duplicate(input, position, sequence));
    }

    /** Everything up to a sequence is kept; whether that changes what checkpoints say. */
    boolean keepUpTo(long kept, long nowMillis) {
        boolean changed = false;
        while (size > 0 && sequences[head] <= kept) {
            pairs.add(producers[head], numbers[head], 0);
            head = (head + 1) & (sequences.length - 1);
            size--;
            changed = true;
        }
        while (!duplicates.isEmpty() && duplicates.peek().sequence() <= kept) {
            Duplicate duplicate = duplicates.poll();
            ChannelInput input = duplicate.input();
            // A stream that never had a frame of its own here has no number; its sender may ask for this one again.
            if (input.state != null) {
                input.state.keep(duplicate.position(), nowMillis);
                input.keptPosition = input.state.position();
                changed = true;
            }
        }
        return changed;
    }

    private void grow() {
        sequences = rotated(sequences);
        producers = rotated(producers);
        numbers = rotated(numbers);
        head = 0;
    }

    private long[] rotated(long[] from) {
        long[] to = Arrays.copyOf(from, from.length * 2);
        System.arraycopy(from, head, to, 0, from.length - head);
        System.arraycopy(from, 0, to, from.length - head, head);
        return to;
    }
}

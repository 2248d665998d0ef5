package io.headrace.engine.channel;

import java.util.Arrays;

/**
 * What the journal took from the ring and nobody calls kept yet, in order of sequence: whose position it moves and how
 * many events it holds. Three milestones walk over it (acknowledged, safe, kept), in no fixed order. Owned by the
 * journal.
 */
final class PublishedFrames {
    private long[] sequences = new long[1_024];
    private long[] positions = new long[1_024];
    private long[] publishedNanos = new long[1_024];
    private int[] events = new int[1_024];
    private ChannelInput[] inputs = new ChannelInput[1_024];
    private long head;
    private long tail;
    private long acknowledged;
    private long safe;
    private long kept;

    /** Told of frames that a milestone passed. */
    interface Passed {
        void passed(long sequence, ChannelInput input, long position, int eventCount, long published);
    }

    void add(long sequence, ChannelInput input, long position, int eventCount, long published) {
        if (tail - head == sequences.length) {
            grow();
        }
        int at = index(tail);
        sequences[at] = sequence;
        inputs[at] = input;
        positions[at] = position;
        events[at] = eventCount;
        publishedNanos[at] = published;
        tail++;
    }

    int acknowledgeUpTo(long sequence, Passed passed) {
        int count = 0;
        while (acknowledged < tail && sequences[index(acknowledged)] <= sequence) {
            call(index(acknowledged++), passed);
            count++;
        }
        return count;
    }

    int safeUpTo(long sequence, Passed passed) {
        int count = 0;
        while (safe < tail && sequences[index(safe)] <= sequence) {
            call(index(safe++), passed);
            count++;
        }
        return count;
    }

    int keepUpTo(long sequence, Passed passed) {
        int count = 0;
        while (kept < tail && sequences[index(kept)] <= sequence) {
            call(index(kept++), passed);
            count++;
        }
        removePassed();
        return count;
    }

    /** Forgets what every milestone has passed. */
    private void removePassed() {
        long end = Math.min(kept, Math.min(safe, acknowledged));
        while (head < end) {
            inputs[index(head++)] = null;
        }
    }

    private void call(int at, Passed passed) {
        passed.passed(sequences[at], inputs[at], positions[at], events[at], publishedNanos[at]);
    }

    private int index(long position) {
        return (int) (position & (sequences.length - 1));
    }

    private void grow() {
        int length = sequences.length;
        int at = index(head);
        sequences = rotated(sequences, at);
        positions = rotated(positions, at);
        publishedNanos = rotated(publishedNanos, at);
        int[] newEvents = Arrays.copyOf(events, length * 2);
        ChannelInput[] newInputs = Arrays.copyOf(inputs, length * 2);
        System.arraycopy(events, at, newEvents, 0, length - at);
        System.arraycopy(events, 0, newEvents, length - at, at);
        System.arraycopy(inputs, at, newInputs, 0, length - at);
        System.arraycopy(inputs, 0, newInputs, length - at, at);
        events = newEvents;
        inputs = newInputs;
        acknowledged -= head;
        safe -= head;
        kept -= head;
        tail -= head;
        head = 0;
    }

    private static long[] rotated(long[] from, int at) {
        long[] to = Arrays.copyOf(from, from.length * 2);
        System.arraycopy(from, at, to, 0, from.length - at);
        System.arraycopy(from, 0, to, from.length - at, at);
        return to;
    }
}

package io.headrace.engine.group;

import io.headrace.wal.StreamId;
import org.agrona.collections.Long2LongHashMap;

/**
 * Which sinks sent a frame and got no answer, by sequence: when another one delivers it, its events have moved, and each
 * of those receivers may have them too. Holds only what was sent, rolled back and not delivered since; guarded by the
 * group's lock.
 */
final class SentFrames {
    private static final long NOBODY = 0;

    private final Long2LongHashMap senders = new Long2LongHashMap(NOBODY);
    private StreamId stream;

    /** Sequences mean the same frames as before only in the same stream. */
    void onStream(StreamId now) {
        if (!now.equals(stream)) {
            stream = now;
            senders.clear();
        }
    }

    boolean isEmpty() {
        return senders.isEmpty();
    }

    /** A sink gave back what it had sent. */
    void givenBack(MemberLease lease) {
        for (int i = 0; i < lease.sentFrames(); i++) {
            long sequence = lease.keptSequence(i);
            senders.put(sequence, senders.get(sequence) | lease.consumer.member.bit());
        }
    }

    /** Events, counted once for each other sink whose receiver may have them. The frames must still be held. */
    long moved(MemberLease lease) {
        long moved = 0;
        for (int i = 0; i < lease.size(); i++) {
            long others = senders.get(lease.keptSequence(i)) & ~lease.consumer.member.bit();
            if (others != NOBODY) {
                moved += (long) lease.frame(i).eventCount() * Long.bitCount(others);
            }
        }
        return moved;
    }

    /** What a sink outside of the group delivered will not come again. */
    void committedUpTo(long lowWater) {
        if (!senders.isEmpty()) {
            senders.keySet().removeIf(sequence -> sequence <= lowWater);
        }
    }

    void delivered(MemberLease lease) {
        for (int i = 0; i < lease.size(); i++) {
            senders.remove(lease.keptSequence(i));
        }
    }
}

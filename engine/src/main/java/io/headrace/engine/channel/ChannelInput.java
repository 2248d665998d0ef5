package io.headrace.engine.channel;

import io.headrace.wal.InputKey;
import io.headrace.wal.InputState;
import io.headrace.wal.SequenceWindow;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.collections.Long2LongHashMap;

/**
 * One input in one channel. Three parts with an owner each: what was seen and put belongs to the thread of the {@link
 * SourceInput} (R16), what is kept belongs to the journal, the rest is read by both.
 */
final class ChannelInput {
    private static final long NONE = 0;

    /** Null for an anonymous input. */
    final InputKey key;

    /** Number in this channel's log (R7), 0 for an anonymous input. */
    final int number;

    // The input's thread.
    final PutHistory history = new PutHistory();
    private final SequenceWindow seen;
    private final Long2LongHashMap unsafeSequences;
    private long putPosition;
    private long toldPosition;
    private long toldSequence;
    boolean announced;

    // The journal's thread.
    InputState state;
    boolean dirty;
    long lastSequence;

    // Both.
    /** One for each source that has it open: two sources of an agent may receive the same stream. */
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Whether frames of it are known by their origin, too: set before the first put. */
    volatile boolean byOrigin;

    volatile long keptPosition;
    volatile long floorRequested;

    /** Sources that have it open; guarded by the channel's map of inputs. */
    int openCount;

    ChannelInput(InputKey key, int number) {
        this.key = key;
        this.number = number;
        boolean window = key != null && key.kind() == InputKey.Kind.WINDOW;
        this.seen = window ? new SequenceWindow(0) : null;
        this.unsafeSequences = window ? new Long2LongHashMap(NONE) : null;
    }

    /** An input that a log knows: what is kept was seen. */
    ChannelInput(InputState recovered) {
        this(recovered.key(), recovered.number());
        state = recovered;
        announced = true;
        putPosition = recovered.position();
        toldPosition = recovered.position();
        keptPosition = recovered.position();
        if (seen != null) {
            seen.advanceTo(recovered.window().floor());
            for (long position = recovered.window().floor() + 1;
                    position <= recovered.window().highest();
                    position++) {
                if (recovered.window().isMarked(position)) {
                    seen.mark(position);
                }
            }
        }
    }

    boolean isAnonymous() {
        return key == null;
    }

    boolean isWindow() {
        return seen != null;
    }

    /** Whether the channel had frames of this input before. */
    boolean isKnown() {
        return announced;
    }

    /** Of one source; null for none. */
    void replaceListener(Runnable old, Runnable listener) {
        if (old != null) {
            listeners.remove(old);
        }
        if (listener != null) {
            listeners.add(listener);
        }
    }

    /** Something moved. Any of the channel's threads. */
    void tell() {
        listeners.forEach(Runnable::run);
    }

    /** ORDERED: up to where the channel has this input; WINDOW: up to where without holes. */
    long putPosition() {
        return seen == null ? putPosition : seen.floor();
    }

    /** Whether the channel has the frame at this position. */
    boolean has(long position) {
        if (isAnonymous()) {
            return false;
        }
        return seen == null ? position <= putPosition : seen.isMarked(position);
    }

    /** WINDOW: whether the position can be told from its duplicates. */
    boolean covers(long position) {
        return seen == null || seen.covers(position);
    }

    /** The channel needn't be asked for this position any more; only ever after it was put or left out on purpose. */
    void passed(long position) {
        if (isAnonymous()) {
            return;
        }
        if (seen == null) {
            putPosition = Math.max(putPosition, position);
        } else {
            seen.mark(position);
        }
    }

    /** ORDERED: whether a frame or a mark in the channel says that the source is there. */
    boolean wasTold(long position) {
        return position <= toldPosition;
    }

    /** ORDERED: a frame or a mark says it. */
    void told(long position, long sequence) {
        toldPosition = Math.max(toldPosition, position);
        toldSequence = sequence;
    }

    /** ORDERED: the sequence of the newest frame or mark of this life. */
    long toldSequence() {
        return toldSequence;
    }

    /** Remembers a put until it is safe. */
    void put(long position, long positionBefore, long sequence) {
        if (isAnonymous()) {
            return;
        }
        told(position, sequence);
        history.add(position, positionBefore, sequence);
        if (unsafeSequences != null) {
            unsafeSequences.put(position, sequence);
        }
    }

    /** WINDOW: a frame that came before over another stream: acknowledged when that is (R15). */
    void duplicateOf(long position, long sequence) {
        history.add(position, position, sequence);
        unsafeSequences.put(position, sequence);
    }

    /** The sequence of a frame that was put before, or 0 when it is safe by now (R15). */
    long sequenceOf(long position) {
        if (unsafeSequences != null) {
            return unsafeSequences.get(position);
        }
        // Positions cover all smaller ones: the newest put stands for every duplicate.
        return history.isEmpty() ? 0 : history.lastSequence();
    }

    /** Forgets what is safe. */
    void prune(long safe) {
        while (!history.isEmpty() && history.firstSequence() <= safe) {
            if (unsafeSequences != null) {
                unsafeSequences.remove(history.firstPosition());
            }
            history.removeFirst();
        }
    }

    void advanceFloor(long floor) {
        if (seen != null) {
            seen.advanceTo(floor);
        }
    }
}

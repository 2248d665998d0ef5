package io.headrace.wal;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * What a checkpoint holds beside the log's own ceiling and durable sequence: what is committed, the sinks' tokens, the
 * other cursors, the inputs, what is known of frames by their origin, and the ledger. Owned by the journal thread; it may hold only what is durable or committed (R9).
 */
public final class LogState {
    private final CommittedSequences done;
    private final Map<String, CursorState> cursors = new TreeMap<>();
    private final Int2ObjectHashMap<InputState> inputs = new Int2ObjectHashMap<>();
    private final Map<String, byte[]> tokens = new TreeMap<>();
    private final Map<String, Long> dropped = new TreeMap<>();
    private final OriginPairs origins = new OriginPairs(OriginPairs.DEFAULT_LIMIT);
    private int nextInputNumber;
    private long accepted;
    private long delivered;
    private long redelivered;

    /** @param lowWater everything up to here is committed */
    public LogState(long lowWater, int nextInputNumber) {
        this.done = new CommittedSequences(lowWater);
        this.nextInputNumber = nextInputNumber;
    }

    /** Low-water mark (its floor) and what is committed above it. */
    public SequenceWindow committed() {
        return done.window();
    }

    /**
     * Ranges of sequences above the low-water mark that a crash left unused, first to last: they count as committed (R4)
     * and may be longer than a window. They do not overlap; those below the low-water mark mean nothing any more.
     */
    public NavigableMap<Long, Long> holes() {
        return done.holes();
    }

    /**
     * Marks a sequence as committed and carries the low-water mark over holes that it reaches.
     *
     * @return false when it was committed before
     */
    public boolean commit(long sequence) {
        return done.commit(sequence);
    }

    /**
     * Counts sequences that no frame has as committed: those between two frames that follow each other in the log, or
     * left out when numbering went on above a ceiling (R4). A hole may be larger than the window: it takes no part in it
     * until the low-water mark reaches it.
     *
     * @param first the first sequence of the hole
     * @param last the last one; smaller than {@code first} for no hole
     */
    public void addHole(long first, long last) {
        done.addHole(first, last);
    }

    /** The cursors beside the sinks', by name. */
    public Map<String, CursorState> cursors() {
        return cursors;
    }

    /** Everything up to here is committed on the sinks' and on every other cursor: what is below may be released. */
    public long slowest() {
        long slowest = committed().floor();
        for (CursorState cursor : cursors.values()) {
            slowest = Math.min(slowest, cursor.committed().floor());
        }
        return slowest;
    }

    /** Inputs by number. */
    public Int2ObjectHashMap<InputState> inputs() {
        return inputs;
    }

    /** The sinks' tokens by sink name; values are not changed after they were put. */
    public Map<String, byte[]> tokens() {
        return tokens;
    }

    /** Frames of links that are durable or committed, by where they come from. */
    public OriginPairs origins() {
        return origins;
    }

    /** The number that the next new input gets; never given again (R7). */
    public int nextInputNumber() {
        return nextInputNumber;
    }

    public void nextInputNumber(int number) {
        nextInputNumber = number;
    }

    /** Events dropped, by reason. */
    public Map<String, Long> dropped() {
        return dropped;
    }

    /**
     * Events of all frames that are durable or committed, each counted once, when it becomes the first of the two: in a
     * checkpoint those of sequences up to its durable one and of committed ones above. Recovery adds the events of what
     * it finds above and is not committed, so that accepted = delivered + held + dropped stays exact.
     */
    public long accepted() {
        return accepted;
    }

    public void accepted(long events) {
        accepted = events;
    }

    public long delivered() {
        return delivered;
    }

    public void delivered(long events) {
        delivered = events;
    }

    public long redelivered() {
        return redelivered;
    }

    public void redelivered(long events) {
        redelivered = events;
    }
}

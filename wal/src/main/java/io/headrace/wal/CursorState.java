package io.headrace.wal;

import java.util.Map;
import java.util.TreeMap;

/**
 * A named cursor beside the sinks': what it is done with, and the tokens of its sinks. What it needs is not released.
 * Owned by the journal thread.
 *
 * <p>Its stream id is its own: a receiver that knows the frames from the sinks' cursor, or from an earlier cursor of the
 * same name, must not take them for duplicates.
 */
public final class CursorState {
    private final String name;
    private final String start;
    private final CommittedSequences done;
    private final Map<String, byte[]> tokens = new TreeMap<>();
    private StreamId streamId;
    private long lastUsedMillis;

    /**
     * @param start as it was configured when the cursor was made
     * @param lowWater everything up to here is done
     */
    public CursorState(String name, StreamId streamId, String start, long lowWater, long lastUsedMillis) {
        this.name = name;
        this.streamId = streamId;
        this.start = start;
        this.done = new CommittedSequences(lowWater);
        this.lastUsedMillis = lastUsedMillis;
    }

    public String name() {
        return name;
    }

    /** Names what its sinks send, towards receivers. */
    public StreamId streamId() {
        return streamId;
    }

    void streamId(StreamId renewed) {
        streamId = renewed;
    }

    public String start() {
        return start;
    }

    /** Low-water mark (its floor) and what is committed above it. */
    public SequenceWindow committed() {
        return done.window();
    }

    /**
     * Marks a sequence as committed.
     *
     * @return false when it was committed before
     */
    public boolean commit(long sequence) {
        return done.commit(sequence);
    }

    /**
     * Counts sequences that no frame in the log has as committed. No checkpoint holds them beyond the low-water mark:
     * whoever reads on from there meets the same gap again.
     */
    public void addHole(long first, long last) {
        done.addHole(first, last);
    }

    /** The tokens of its sinks by sink name; values are not changed after they were put. */
    public Map<String, byte[]> tokens() {
        return tokens;
    }

    /** When a sink was on it last, in milliseconds since the epoch. */
    public long lastUsedMillis() {
        return lastUsedMillis;
    }

    public void lastUsedMillis(long millis) {
        lastUsedMillis = millis;
    }
}

package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the configured cursors while a log is opened, and says where what is configured and what is there differ. A cursor
 * is made once: as long as the log has it, its start is not looked at again.
 */
final class LogCursors {
    private final LogState state;
    private final SegmentTable table;
    private final long nextSequence;
    private final LogClocks clocks;
    private final List<String> notes;

    LogCursors(LogState state, SegmentTable table, long nextSequence, LogClocks clocks, List<String> notes) {
        this.state = state;
        this.table = table;
        this.nextSequence = nextSequence;
        this.clocks = clocks;
        this.notes = notes;
    }

    /** The log has a new stream id (R12): its cursors send under new ones, too. */
    void renewStreams() {
        for (CursorState cursor : state.cursors().values()) {
            cursor.streamId(newStreamId());
        }
    }

    /** @param reader of the log, for cursors that begin at a time */
    void make(List<CursorStart> wanted, LogReader reader) throws IOException {
        Map<String, CursorState> unnamed = new TreeMap<>(state.cursors());
        for (CursorStart start : wanted) {
            CursorState there = unnamed.remove(start.name());
            if (there == null) {
                make(start, reader);
            } else {
                note(there, start);
            }
        }
        for (CursorState cursor : unnamed.values()) {
            notes.add("cursor " + cursor.name() + ": not configured any more; it holds the log from sequence "
                    + (cursor.committed().floor() + 1)
                    + " on until it expires or is dropped with headrace wal cursors");
        }
    }

    private void make(CursorStart start, LogReader reader) throws IOException {
        long oldest = oldestHeld();
        long first =
                switch (start.kind()) {
                    case OLDEST -> oldest;
                    case LATEST -> nextSequence;
                    case SEQUENCE -> Math.max(oldest, Math.min(start.value(), nextSequence));
                    case TIME -> firstCreated(start, reader, oldest);
                };
        state.cursors()
                .put(
                        start.name(),
                        new CursorState(
                                start.name(),
                                newStreamId(),
                                start.text(),
                                first - 1,
                                clocks.epochClock().time()));
        String note = "cursor " + start.name() + ": made at sequence " + first + " (start = " + start.text() + ")";
        if (start.kind() == CursorStart.Kind.SEQUENCE && first > start.value()) {
            note += ", the oldest that the log holds: what was before is released";
        } else if (start.kind() == CursorStart.Kind.SEQUENCE && first < start.value()) {
            note += ", the next one: the log has not come to the configured one yet";
        } else if (start.kind() == CursorStart.Kind.TIME && first == oldest && oldest > 1) {
            note += ", the oldest that the log holds: what was before is released";
        }
        notes.add(note);
    }

    private void note(CursorState there, CursorStart start) {
        String at =
                "cursor " + there.name() + ": at sequence " + (there.committed().floor() + 1);
        if (there.start().equals(start.text())) {
            notes.add(at);
        } else {
            notes.add(at + "; start = " + start.text() + " changes nothing, it was made with start = " + there.start()
                    + " (expected: drop it with headrace wal cursors, or another name, to begin anew)");
        }
    }

    private long oldestHeld() {
        Segment first = table.first();
        return first == null ? nextSequence : first.base();
    }

    /** The first frame in the order of the log that was created at the time or later; behind the last one without any. */
    private long firstCreated(CursorStart start, LogReader reader, long oldest) throws IOException {
        try {
            reader.seek(oldest);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                boolean found = frame.type() == FrameType.DATA && frame.createdMicros() >= start.value();
                frame.release();
                if (found) {
                    return reader.sequence();
                }
            }
            return nextSequence;
        } catch (LogDamagedException e) {
            // What sinks have yet to get is verified when they read it; whether this cursor can go on, when it does.
            notes.add("cursor " + start.name() + ": its time cannot be looked up: " + e.getMessage());
            return oldest;
        }
    }

    private StreamId newStreamId() {
        return new StreamId(clocks.random().getAsLong(), clocks.random().getAsLong());
    }
}

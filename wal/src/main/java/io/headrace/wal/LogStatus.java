package io.headrace.wal;

import io.headrace.frame.FrameType;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a log says of itself, read at once whatever its size: checkpoint, segment headers and the frames behind the
 * checkpoint. Sequences, counts and positions are those of the newest checkpoint, which is at most 200 ms old while an
 * agent runs.
 *
 * @param holder who has it open, or null
 * @param formatVersion of checkpoint and segments
 * @param checkpointFault why there is no checkpoint, or null
 * @param identityChanged why opening it would take a new stream id (R12), or null
 * @param orderlyStop whether it was closed after the checkpoint
 * @param segments files in place, ready ones not counted
 * @param backlogSegments those that hold what is not committed
 * @param backlogEvents events accepted and neither delivered nor dropped
 * @param backlogFrames sequences that are not committed
 * @param backlogBytes in those segments
 * @param lastSequence of the last frame that was written; while somebody has the log open, that is durable
 * @param oldestMicros creation of the oldest event that waits, in microseconds since the epoch; -1: none
 * @param lastWriteMillis when a segment was written last, since the epoch; -1: not known
 * @param lastCheckpointMillis when a checkpoint was written and synced last; -1: not known
 * @param missingSegments of the backlog, and of what only cursors have yet to get
 */
public record LogStatus(
        LogPlace place,
        String holder,
        int formatVersion,
        String checkpointFault,
        StreamId streamId,
        String identityChanged,
        boolean orderlyStop,
        int segments,
        int backlogSegments,
        long backlogEvents,
        long backlogFrames,
        long backlogBytes,
        long lowWater,
        long durable,
        long lastSequence,
        long ceiling,
        long oldestMicros,
        long lastWriteMillis,
        long lastCheckpointMillis,
        long accepted,
        long delivered,
        long redelivered,
        Map<String, Long> dropped,
        List<Input> inputs,
        Map<String, byte[]> tokens,
        List<Cursor> cursors,
        List<Path> missingSegments) {
    /** An input as the checkpoint knows it. */
    public record Input(int number, String kind, String key, long position, long lastSeenMillis) {}

    /**
     * A cursor beside the sinks', as the checkpoint knows it.
     *
     * @param start with which it was made
     * @param lowWater everything up to here is committed on it
     * @param backlogFrames sequences that are not
     * @param lastUsedMillis when a sink was on it last, since the epoch
     */
    public record Cursor(
            String name, String start, long lowWater, long backlogFrames, long lastUsedMillis, StreamId streamId) {}

    public LogStatus {
        cursors = List.copyOf(cursors);
        dropped = new TreeMap<>(dropped);
        inputs = List.copyOf(inputs);
        tokens = new TreeMap<>(tokens);
        missingSegments = List.copyOf(missingSegments);
    }

    /**
     * Reads it.
     *
     * @throws LogVersionException when a later version wrote the log
     */
    public static LogStatus read(Storage storage, LogPlace place) throws IOException {
        LogIdentity identity = LogIdentity.inspect(storage, place.home());
        String holder = storage.holder(place.home());
        LogView view = LogView.take(storage, place, LogView.Reach.CURSORS);
        Checkpoint checkpoint = view.checkpoint();
        LogState state = checkpoint.state();
        // What a writer is at work on is not read under its hands; its newest checkpoint is not old.
        long lastSequence = holder == null ? lastSequence(storage, place, checkpoint.durable()) : checkpoint.durable();
        List<LogView.Part> backlog = view.parts().stream()
                .filter(part -> part.lastSequence() < 0 || part.lastSequence() > checkpoint.lowWater())
                .toList();
        long dropped =
                state.dropped().values().stream().mapToLong(Long::longValue).sum();
        List<Input> inputs = new ArrayList<>();
        for (InputState input : state.inputs().values()) {
            inputs.add(new Input(
                    input.number(),
                    input.window() == null ? "ordered" : "window",
                    input.key().id(),
                    input.position(),
                    input.lastSeenMillis()));
        }
        inputs.sort((one, other) -> Integer.compare(one.number(), other.number()));
        return new LogStatus(
                place,
                holder,
                SegmentHeader.VERSION,
                view.checkpointFault(),
                identity == null || identity.streamId() == null ? checkpoint.streamId() : identity.streamId(),
                identity == null ? "the identity file is missing" : identity.changed(),
                checkpoint.clean(),
                view.segments(),
                (int) backlog.stream().filter(part -> !part.isMissing()).count(),
                Math.max(0, state.accepted() - state.delivered() - dropped),
                waiting(checkpoint),
                LogView.bytes(backlog),
                checkpoint.lowWater(),
                checkpoint.durable(),
                lastSequence,
                checkpoint.ceiling(),
                oldest(storage, place),
                lastWrite(storage, view),
                lastCheckpoint(storage, place),
                state.accepted(),
                state.delivered(),
                state.redelivered(),
                state.dropped(),
                inputs,
                state.tokens(),
                state.cursors().values().stream()
                        .map(cursor -> cursor(cursor, checkpoint.durable()))
                        .toList(),
                view.parts().stream()
                        .filter(LogView.Part::isMissing)
                        .map(LogView.Part::path)
                        .toList());
    }

    private static long waiting(Checkpoint checkpoint) {
        LogState state = checkpoint.state();
        SequenceWindow committed = state.committed();
        long waiting = unmarked(committed, checkpoint.durable());
        for (Map.Entry<Long, Long> hole : state.holes().entrySet()) {
            waiting -= overlap(Math.max(hole.getKey(), committed.floor() + 1), hole.getValue(), checkpoint.durable());
        }
        return Math.max(0, waiting);
    }

    private static Cursor cursor(CursorState cursor, long durable) {
        return new Cursor(
                cursor.name(),
                cursor.start(),
                cursor.committed().floor(),
                Math.max(0, unmarked(cursor.committed(), durable)),
                cursor.lastUsedMillis(),
                cursor.streamId());
    }

    private static long unmarked(SequenceWindow committed, long durable) {
        long waiting = durable - committed.floor();
        long end = committed.floor();
        while (end < committed.highest()) {
            long first = committed.nextMarked(end);
            end = committed.endOfRun(first);
            waiting -= overlap(first, end, durable);
        }
        return waiting;
    }

    private static long overlap(long first, long last, long durable) {
        return Math.max(0, Math.min(last, durable) - first + 1);
    }

    private static long lastSequence(Storage storage, LogPlace place, long durable) throws IOException {
        long last = durable;
        try (LogWalk walk = new LogWalk(storage, place, durable, false, false)) {
            for (LogWalk.Step step = walk.next(); step != LogWalk.Step.END; step = walk.next()) {
                last = step == LogWalk.Step.FRAME ? walk.sequence() : last;
            }
        }
        return last;
    }

    private static long oldest(Storage storage, LogPlace place) throws IOException {
        try (LogWalk walk = new LogWalk(storage, place, Long.MIN_VALUE, false, false)) {
            for (LogWalk.Step step = walk.next(); step != LogWalk.Step.END; step = walk.next()) {
                if (step == LogWalk.Step.FRAME && walk.frame().type() == FrameType.DATA && !walk.isCommitted()) {
                    return walk.frame().createdMicros();
                }
            }
        }
        return -1;
    }

    private static long lastWrite(Storage storage, LogView view) throws IOException {
        LogView.Part last =
                view.parts().isEmpty() ? null : view.parts().get(view.parts().size() - 1);
        try {
            return last == null || last.isMissing() ? -1 : storage.modifiedMillis(last.path());
        } catch (NoSuchFileException e) {
            // Released since.
            return -1;
        }
    }

    private static long lastCheckpoint(Storage storage, LogPlace place) throws IOException {
        long last = -1;
        for (String name : CheckpointStore.NAMES) {
            Path slot = place.checkpointFolder().resolve(name);
            if (storage.exists(slot)) {
                last = Math.max(last, storage.modifiedMillis(slot));
            }
        }
        return last;
    }
}

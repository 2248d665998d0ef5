package io.headrace.wal;

import java.io.IOException;

/** Takes a cursor out of a log that nobody has open; everything else in the checkpoint stays as it was. */
public final class LogCursorDrop {
    private LogCursorDrop() {}

    /**
     * Drops a cursor, durably.
     *
     * @throws IllegalArgumentException when the log has no such cursor
     * @throws LogDamagedException when there is no valid checkpoint
     * @throws IOException when somebody has the log open, or it cannot be written
     */
    public static void apply(Storage storage, LogPlace place, String name) throws IOException {
        Storage.FolderLock home = storage.lock(place.home());
        try {
            drop(storage, place, name);
        } finally {
            home.close();
        }
    }

    private static void drop(Storage storage, LogPlace place, String name) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, place.checkpointFolder())) {
            Checkpoint checkpoint = store.load();
            if (checkpoint == null) {
                throw new LogDamagedException(
                        place.home(), "no checkpoint-a or checkpoint-b (expected: one of the two)");
            }
            if (checkpoint.state().cursors().remove(name) == null) {
                throw new IllegalArgumentException("cursor: " + name + " (expected: one of "
                        + checkpoint.state().cursors().keySet() + ")");
            }
            // Into both, so that no fault of the newer brings it back.
            for (int slot = 0; slot < 2; slot++) {
                store.write(new Checkpoint(
                        store.nextGeneration(),
                        checkpoint.streamId(),
                        checkpoint.ceiling(),
                        checkpoint.durable(),
                        checkpoint.tailSegmentIndex(),
                        checkpoint.tailOffset(),
                        checkpoint.clean(),
                        checkpoint.state()));
            }
        }
    }
}

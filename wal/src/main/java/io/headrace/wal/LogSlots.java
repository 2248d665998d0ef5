package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What is wrong with one of the two slots of a checkpoint while the other one holds: a crash in the middle of a write
 * leaves that, and so does a disk that forgets. The log opens all the same, from the other slot, and both are written
 * anew then. Pure functions; nothing is locked or changed.
 */
public final class LogSlots {
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_NANOS = 5_000_000;

    private LogSlots() {}

    /**
     * The slots that hold no checkpoint, each as {@code FILE: why}; empty when both do, and when neither does, which is
     * damage and told as such. A slot that somebody writes meanwhile is looked at again.
     *
     * @throws LogVersionException when a slot is of a version that is not known here
     */
    public static List<String> faults(Storage storage, LogPlace place) throws IOException {
        for (int attempt = 1; ; attempt++) {
            List<String> faults = look(storage, place.checkpointFolder());
            if (faults.isEmpty() || attempt == ATTEMPTS || storage.holder(place.home()) == null) {
                return faults.size() == CheckpointStore.NAMES.size() ? List.of() : faults;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static List<String> look(Storage storage, Path folder) throws IOException {
        CheckpointCodec codec = new CheckpointCodec();
        List<String> faults = new ArrayList<>();
        for (String name : CheckpointStore.NAMES) {
            Path path = folder.resolve(name);
            try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
                CheckpointSlot.read(file, path, codec);
            } catch (NoSuchFileException | FileNotFoundException e) {
                faults.add(path + ": missing");
            } catch (IllegalArgumentException e) {
                faults.add(path + ": " + e.getMessage());
            }
        }
        return faults;
    }
}

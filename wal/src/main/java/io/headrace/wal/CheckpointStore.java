package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The two slots of a log's checkpoint, written alternately, so that the newest good one is never written over. A slot
 * comes into being by a synced file that is renamed: a file of a slot's name has held a whole checkpoint, and two bad
 * ones are damage, never a torn first write.
 *
 * <p>Owned by the journal thread. After a failed write or sync every later write is refused; the store is to be opened
 * again. The newest slot that {@link #open} found is copied, synced and renamed into its place before it is relied on: what
 * was read may have been in the page cache only, and the next write goes over the other slot.
 */
public final class CheckpointStore implements AutoCloseable {
    static final List<String> NAMES = List.of("checkpoint-a", "checkpoint-b");
    private static final String NEW_SUFFIX = ".new";
    private static final int SMALLEST_FILE = 64 * 1024;
    private static final int NONE = -1;

    private final Storage storage;
    private final Path folder;
    private final CheckpointCodec codec = new CheckpointCodec();
    private final StorageFile[] files = new StorageFile[NAMES.size()];
    private final long[] lowWaters = new long[NAMES.size()];
    private final boolean[] valid = new boolean[NAMES.size()];

    private Checkpoint loaded;
    private int newest = NONE;
    private long newestGeneration;
    private boolean failed;
    private String fault;

    private CheckpointStore(Storage storage, Path folder) {
        this.storage = storage;
        this.folder = folder;
    }

    /**
     * Opens the slots of a folder that exists; their files are made by the first two writes.
     *
     * @throws LogDamagedException when there are slots and none holds a checkpoint; the message says why for each
     * @throws LogVersionException when a slot is of a version that is not known here
     */
    public static CheckpointStore open(Storage storage, Path folder) throws IOException {
        CheckpointStore store = new CheckpointStore(storage, folder);
        try {
            store.removeUnfinished();
            store.loaded = store.scan(Storage.OpenMode.WRITE);
            store.makeNewestDurable();
            return store;
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, store);
            throw e;
        }
    }

    /** Reads the newest checkpoint of a folder without changing anything, for tools; as {@link #load()}. */
    public static Checkpoint read(Storage storage, Path folder) throws IOException {
        try (CheckpointStore store = new CheckpointStore(storage, folder)) {
            return store.scan(Storage.OpenMode.READ);
        }
    }

    /** Puts a checkpoint into the place of the first slot, whatever stands there, and returns when it is durable. */
    static void replace(Storage storage, Path folder, Checkpoint checkpoint) throws IOException {
        try (CheckpointStore store = new CheckpointStore(storage, folder)) {
            store.removeUnfinished();
            store.files[0] = store.writeUnfinished(0, CheckpointSlot.encode(checkpoint, store.codec));
            store.publish(0);
        }
    }

    /** The newest checkpoint that {@link #open} found, whose state is the caller's; null when there never was one. */
    public Checkpoint load() {
        return loaded;
    }

    /**
     * Why one slot held no checkpoint while the other did, when the store was opened: a write that a crash cut short, or
     * damage; null when both did. What was in it may have been newer.
     */
    public String slotFault() {
        return fault;
    }

    /** The generation that the next write is to have. */
    public long nextGeneration() {
        return newestGeneration + 1;
    }

    /**
     * Writes a checkpoint over the older slot and returns when it is durable.
     *
     * @throws IllegalArgumentException when its generation is not above all before
     * @throws IOException when it is not known to be durable; the other slot is as it was
     */
    public void write(Checkpoint checkpoint) throws IOException {
        if (failed) {
            throw new IOException(folder + ": a checkpoint could not be written before (expected: open it again)");
        }
        if (checkpoint.generation() <= newestGeneration) {
            throw new IllegalArgumentException(
                    "generation: " + checkpoint.generation() + " (expected: > " + newestGeneration + ")");
        }
        int slot = newest == 0 ? 1 : 0;
        ByteBuffer bytes = CheckpointSlot.encode(checkpoint, codec);
        failed = true;
        valid[slot] = false;
        if (files[slot] == null) {
            files[slot] = writeUnfinished(slot, bytes);
            publish(slot);
        } else {
            overwrite(files[slot], bytes);
        }
        failed = false;
        valid[slot] = true;
        lowWaters[slot] = checkpoint.slowest();
        newest = slot;
        newestGeneration = checkpoint.generation();
    }

    /**
     * The low-water mark of the slowest cursor in the older slot now on disk: recovery may have to start there, so what is
     * above it must stay. That of the newer where a cursor was made further back since. 0 when only one slot is good.
     */
    public long olderLowWater() {
        return valid[0] && valid[1] ? Math.min(lowWaters[0], lowWaters[1]) : 0;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (int slot = 0; slot < files.length; slot++) {
            StorageFile file = files[slot];
            files[slot] = null;
            if (file != null) {
                try {
                    file.close();
                } catch (IOException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        failed = true;
        if (failure != null) {
            throw failure;
        }
    }

    private Checkpoint scan(Storage.OpenMode mode) throws IOException {
        Checkpoint best = null;
        List<String> faults = new ArrayList<>();
        for (int slot = 0; slot < NAMES.size(); slot++) {
            Path path = folder.resolve(NAMES.get(slot));
            if (!storage.exists(path)) {
                faults.add(path + ": missing");
                continue;
            }
            files[slot] = storage.open(path, mode);
            try {
                Checkpoint found = CheckpointSlot.read(files[slot], path, codec);
                valid[slot] = true;
                lowWaters[slot] = found.slowest();
                if (best == null || found.generation() > best.generation()) {
                    best = found;
                    newest = slot;
                    newestGeneration = found.generation();
                }
            } catch (IllegalArgumentException e) {
                faults.add(path + ": " + e.getMessage());
            }
        }
        if (best == null && (files[0] != null || files[1] != null)) {
            throw new LogDamagedException(
                    folder, "no valid checkpoint: " + String.join("; ", faults) + " (expected: one of the two)");
        }
        // Before the second write ever the other slot has no file.
        fault = faults.isEmpty() || best == null || best.generation() == 1 ? null : faults.get(0);
        return best;
    }

    /**
     * Puts a synced copy in the place of the newest slot's file, atomically. Where the disk has no room for one, the same
     * bytes are written over themselves, which needs none.
     */
    private void makeNewestDurable() throws IOException {
        if (newest == NONE) {
            return;
        }
        ByteBuffer bytes = CheckpointSlot.encode(loaded, codec);
        StorageFile copy;
        try {
            copy = writeUnfinished(newest, bytes.duplicate());
        } catch (DiskFullException e) {
            removeUnfinished();
            overwrite(files[newest], bytes);
            return;
        }
        StorageFile read = files[newest];
        files[newest] = copy;
        read.close();
        publish(newest);
    }

    private void removeUnfinished() throws IOException {
        for (int slot = 0; slot < NAMES.size(); slot++) {
            if (storage.exists(unfinished(slot))) {
                storage.delete(unfinished(slot));
            }
        }
    }

    private StorageFile writeUnfinished(int slot, ByteBuffer bytes) throws IOException {
        StorageFile file = storage.open(unfinished(slot), Storage.OpenMode.CREATE);
        try {
            overwrite(file, bytes);
            return file;
        } catch (IOException | RuntimeException | Error e) {
            try {
                file.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private void publish(int slot) throws IOException {
        storage.rename(unfinished(slot), folder.resolve(NAMES.get(slot)));
        storage.syncFolder(folder);
    }

    private Path unfinished(int slot) {
        return folder.resolve(NAMES.get(slot) + NEW_SUFFIX);
    }

    /** Writes from the file's start; a file that is too small grows to a power of two, filled with zeros. */
    private static void overwrite(StorageFile file, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        long size = file.size();
        file.write(bytes, 0);
        if (size < length || size < SMALLEST_FILE) {
            long grown = Math.max(SMALLEST_FILE, Long.highestOneBit(2L * length - 1));
            ByteBuffer zeros = ByteBuffer.allocate(SMALLEST_FILE);
            for (long at = Math.max(length, size); at < grown; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), grown - at));
                file.write(zeros, at);
            }
        }
        file.sync();
    }

    private static void closeAfter(Throwable cause, CheckpointStore store) {
        try {
            store.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}

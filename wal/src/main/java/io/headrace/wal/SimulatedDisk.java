package io.headrace.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory, for tests and simulation, that knows what is on it and what is only in the page cache.
 *
 * <ul>
 *   <li>{@link #kill()} does what SIGKILL does to a process: every handle fails from then on, what was written stays
 *       (the page cache survives), locks are given back. {@link #dieAt(long)} does it within a later call, a write then
 *       being half done.
 *   <li>{@link #cutPower(RandomGenerator)} loses what was not synced: pages are dropped, torn at 512 bytes or kept in any
 *       combination, sizes lie between old and new, and creations, renames and removals in a folder that was not
 *       synced since happened or not, each by itself unless it builds on another of the same name.
 *   <li>{@link #faults(Faults)} lets calls fail. A write that fails has written a part. After a sync that failed its pages
 *       count as clean although the disk doesn't have them, as on Linux: a second sync succeeds and writes nothing.
 *   <li>{@link #shortTransfers(int)} lets the system read and write less than it was asked for: reads return it, writes
 *       are done in pieces, between which a process may die or a disk be full.
 *   <li>{@link #flip(Path, long, int)} is bit rot.
 * </ul>
 *
 * <p>{@link #count(Effect)} and {@link #failed(Call)} tell what of this came to pass.
 *
 * <p>Safe for any thread.
 */
public final class SimulatedDisk implements Storage {
    /** What can be asked of a disk. */
    public enum Call {
        CREATE,
        OPEN,
        READ,
        WRITE,
        /** A write to a file that was opened for {@link OpenMode#THROUGH}. */
        WRITE_THROUGH,
        SYNC,
        MAP,
        TRUNCATE,
        RENAME,
        DELETE,
        SYNC_FOLDER,
        CREATE_FOLDERS,
        LIST,
        LOCK
    }

    /** What came between what was asked for and what is there. */
    public enum Effect {
        /** A page that was not synced when power went is as it was before. */
        PAGE_LOST,
        /** Some of its sectors of 512 bytes are new, some are old. */
        PAGE_TORN,
        /** A page is new although one before it in the same file is old or torn. */
        PAGES_REORDERED,
        /** A file that was made and whose folder was not synced is gone. */
        CREATION_LOST,
        /** A file has its old name again. */
        RENAME_LOST,
        /** A file that was removed is there again. */
        REMOVAL_LOST,
        /** A page counts as clean after a failed sync although the disk does not have it. */
        CLEAN_AND_LOST,
        SHORT_READ,
        SHORT_WRITE,
        DISK_FULL,
        BIT_FLIPPED,
        /** The process died when a write around the cache was on the disk and one before it in the same file was not. */
        GAP_WRITTEN_THROUGH,
        /** Of two writes around the cache that were on their way together one failed. */
        ONE_THROUGH_FAILED
    }

    /** Decides which calls fail with an input/output error. */
    public interface Faults {
        /** Whether this call fails; asked once a call, under the disk's lock. */
        boolean fails(Call call, Path path);
    }

    private final RandomGenerator random;
    private final Map<Path, SimulatedInode> files = new TreeMap<>();
    private final Map<Path, SimulatedInode> durableFiles = new TreeMap<>();
    private final List<NameChange> unsyncedNames = new ArrayList<>();
    private final Set<Path> folders = new HashSet<>();
    private final Set<Path> locks = new HashSet<>();
    private long nextInode = 1;
    private long life;
    private long calls;
    private long dieAtCall = Long.MAX_VALUE;
    private boolean dead;
    private IOException death;
    private long capacity = Long.MAX_VALUE;
    private String machineId = "memory";
    private Faults faults = (call, path) -> false;
    private int shortTransfers;
    private final List<SimulatedFile> through = new ArrayList<>();
    private final long[] effects = new long[Effect.values().length];
    private final long[] failed = new long[Call.values().length];

    /** A disk whose faults are the same each time. */
    public SimulatedDisk() {
        this(0);
    }

    /** A disk that draws the extent of its faults from a seed. */
    public SimulatedDisk(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The process dies: handles fail until {@link #revive()}, content stays, locks are released. */
    public synchronized void kill() {
        dead = true;
        life++;
        through.stream().filter(SimulatedFile::hasGap).forEach(file -> happened(Effect.GAP_WRITTEN_THROUGH));
        through.clear();
        locks.clear();
        files.values().forEach(SimulatedInode::forgetMappings);
    }

    /** Where the process died in a call of its own, as {@link #dieAt(long)} let it; null when it was killed between calls. */
    public synchronized IOException death() {
        return death;
    }

    /** A file's pages as the system sees them, which goes on sending from them when the process is dead. */
    public interface Pages {
        /** Reads from a position on until {@code into} is full or the file ends; what is there now. */
        void read(ByteBuffer into, long position);
    }

    /** The pages of the file that has this name now, whatever becomes of the name. */
    public synchronized Pages pages(Path file) throws IOException {
        SimulatedInode inode = existing(file);
        return (into, position) -> {
            synchronized (this) {
                if (position < inode.size()) {
                    inode.read(into, position, (int) Math.min(into.remaining(), inode.size() - position));
                }
            }
        };
    }

    /** A new process may open files; handles of the one before stay dead. */
    public synchronized void revive() {
        dead = false;
        death = null;
        dieAtCall = Long.MAX_VALUE;
    }

    /** Dies in the {@code callsFromNow}-th changing call from now (1 is the next), which takes effect by half or not. */
    public synchronized void dieAt(long callsFromNow) {
        dieAtCall = calls + callsFromNow;
    }

    /** Whether it was killed and not revived. */
    public synchronized boolean isDead() {
        return dead;
    }

    /** How many changing calls there were. */
    public synchronized long changes() {
        return calls;
    }

    /** The process dies and the machine loses its power. What is left of it depends on {@code chance} alone. */
    public synchronized void cutPower(RandomGenerator chance) {
        kill();
        Set<Path> blocked = new HashSet<>();
        for (NameChange change : unsyncedNames) {
            boolean builds = change.paths().stream().anyMatch(blocked::contains);
            if (builds || chance.nextInt(3) == 0) {
                blocked.addAll(change.paths());
                happened(change.lost());
            } else {
                change.apply(durableFiles);
            }
        }
        unsyncedNames.clear();
        files.clear();
        files.putAll(durableFiles);
        Set<SimulatedInode> left = new HashSet<>();
        for (SimulatedInode inode : files.values()) {
            if (left.add(inode)) {
                inode.cutPower(chance, this::happened);
            }
        }
    }

    /**
     * Another disk with what is on this one, as if its power had been cut and everything lost that was not synced: the
     * same files by path and identity, no locks. It draws from a seed of its own.
     */
    public synchronized SimulatedDisk durableCopy(long seed) {
        SimulatedDisk copy = new SimulatedDisk(seed);
        Map<SimulatedInode, SimulatedInode> copies = new HashMap<>();
        durableFiles.forEach((path, inode) ->
                copy.durableFiles.put(path, copies.computeIfAbsent(inode, SimulatedInode::durableCopy)));
        copy.files.putAll(copy.durableFiles);
        copy.folders.addAll(folders);
        copy.nextInode = nextInode;
        copy.machineId = machineId;
        return copy;
    }

    /** How often this happened. */
    public synchronized long count(Effect effect) {
        return effects[effect.ordinal()];
    }

    /** How many calls of a kind {@linkplain #faults failed}. */
    public synchronized long failed(Call call) {
        return failed[call.ordinal()];
    }

    /** Lets one of so many reads and writes from now on be done by a part only at first; 0 for none. */
    public synchronized void shortTransfers(int oneIn) {
        shortTransfers = oneIn;
    }

    /** Lets calls fail from now on. */
    public synchronized void faults(Faults plan) {
        faults = plan;
    }

    /** Forgets what the page cache holds beside what is to be written. */
    public synchronized void dropCache() {
        files.values().forEach(SimulatedInode::dropCache);
    }

    /** Turns one bit of a file over, as rot does: nobody is told. */
    public synchronized void flip(Path file, long position, int bit) throws IOException {
        existing(file).flip(Math.toIntExact(position), bit);
        happened(Effect.BIT_FLIPPED);
    }

    /** Limits what all files may take together, in bytes. */
    public synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    /** What {@link #machineId()} says from now on. */
    public synchronized void machineId(String id) {
        machineId = id;
    }

    /** Copies a folder's files to another place, as an operator would. */
    public synchronized void copyFolder(Path from, Path to) {
        folders.add(to);
        for (Map.Entry<Path, SimulatedInode> file : List.copyOf(files.entrySet())) {
            if (from.equals(file.getKey().getParent())) {
                Path path = to.resolve(file.getKey().getFileName().toString());
                files.put(path, file.getValue().copy(nextInode++));
                durableFiles.put(path, files.get(path));
            }
        }
    }

    @Override
    public synchronized StorageFile open(Path file, OpenMode mode) throws IOException {
        checkAlive();
        SimulatedInode inode = files.get(file);
        if (mode == OpenMode.CREATE) {
            change(Call.CREATE, file);
            if (inode != null) {
                throw new FileAlreadyExistsException(file.toString());
            }
            if (!folders.contains(file.getParent())) {
                throw new FileNotFoundException(file.toString());
            }
            inode = new SimulatedInode(nextInode++);
            rename(new NameChange(null, file, inode));
        } else if (inode == null) {
            throw new FileNotFoundException(file.toString());
        } else {
            failIfPlanned(Call.OPEN, file);
        }
        SimulatedFile opened = new SimulatedFile(this, inode, file, life, mode);
        if (mode == OpenMode.THROUGH) {
            through.add(opened);
        }
        return opened;
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        checkAlive();
        return files.containsKey(path) || folders.contains(path);
    }

    @Override
    public synchronized void createFolders(Path folder) throws IOException {
        change(Call.CREATE_FOLDERS, folder);
        for (Path at = folder; at != null; at = at.getParent()) {
            folders.add(at);
        }
    }

    @Override
    public synchronized List<String> list(Path folder) throws IOException {
        checkAlive();
        failIfPlanned(Call.LIST, folder);
        List<String> names = new ArrayList<>();
        for (Path file : files.keySet()) {
            if (folder.equals(file.getParent())) {
                names.add(file.getFileName().toString());
            }
        }
        names.sort(null);
        return names;
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        change(Call.RENAME, from);
        rename(new NameChange(from, to, existing(from)));
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        change(Call.DELETE, file);
        rename(new NameChange(file, null, existing(file)));
    }

    @Override
    public synchronized void syncFolder(Path folder) throws IOException {
        change(Call.SYNC_FOLDER, folder);
        unsyncedNames.removeIf(change -> {
            boolean here = change.paths().stream().anyMatch(path -> folder.equals(path.getParent()));
            if (here) {
                change.apply(durableFiles);
            }
            return here;
        });
    }

    @Override
    public synchronized long usableSpace(Path folder) throws IOException {
        checkAlive();
        return capacity - used();
    }

    @Override
    public synchronized String identityOf(Path file) throws IOException {
        checkAlive();
        return "memory:" + existing(file).number;
    }

    @Override
    public synchronized String fileSystemOf(Path folder) {
        return "memory";
    }

    @Override
    public synchronized String machineId() {
        return machineId;
    }

    @Override
    public synchronized FolderLock lock(Path folder) throws IOException {
        change(Call.LOCK, folder);
        if (!locks.add(folder)) {
            throw new IOException(folder + ": locked by this process (expected: one log for each folder)");
        }
        long lockedIn = life;
        return () -> unlock(folder, lockedIn);
    }

    @Override
    public synchronized String holder(Path folder) {
        return locks.contains(folder) ? "this process" : null;
    }

    synchronized void closed(SimulatedFile file) {
        through.remove(file);
    }

    private synchronized void unlock(Path folder, long lockedIn) {
        if (lockedIn == life) {
            locks.remove(folder);
        }
    }

    private void rename(NameChange change) {
        change.apply(files);
        unsyncedNames.add(change);
    }

    private SimulatedInode existing(Path file) throws FileNotFoundException {
        SimulatedInode inode = files.get(file);
        if (inode == null) {
            throw new FileNotFoundException(file.toString());
        }
        return inode;
    }

    // ---- for the files, under the lock

    RandomGenerator random() {
        return random;
    }

    long life() {
        return life;
    }

    /** Bytes that a file may still grow by. */
    long room() {
        return capacity - used();
    }

    void checkAlive() throws IOException {
        if (dead) {
            throw new IOException("killed");
        }
    }

    void change(Call call, Path path) throws IOException {
        if (countChange()) {
            throw new IOException("killed");
        }
        failIfPlanned(call, path);
    }

    void failIfPlanned(Call call, Path path) throws IOException {
        if (isPlanned(call, path)) {
            throw new IOException("Input/output error");
        }
    }

    boolean isPlanned(Call call, Path path) {
        boolean fails = faults.fails(call, path);
        failed[call.ordinal()] += fails ? 1 : 0;
        return fails;
    }

    void happened(Effect effect) {
        effects[effect.ordinal()]++;
    }

    /** How much of a transfer is done at once. */
    int transferred(int wanted, Effect whenShort) {
        if (shortTransfers == 0 || wanted < 2 || random.nextInt(shortTransfers) != 0) {
            return wanted;
        }
        happened(whenShort);
        return 1 + random.nextInt(wanted - 1);
    }

    /** Whether the process dies in this call. */
    boolean countChange() throws IOException {
        checkAlive();
        calls++;
        if (calls >= dieAtCall) {
            kill();
            death = new IOException("killed");
            return true;
        }
        return false;
    }

    private long used() {
        long used = 0;
        for (SimulatedInode inode : files.values()) {
            used += inode.size();
        }
        return used;
    }

    /** A file that gets a name ({@code from} null), another one, or none ({@code to} null). */
    private record NameChange(Path from, Path to, SimulatedInode inode) {
        List<Path> paths() {
            return from == null ? List.of(to) : to == null ? List.of(from) : List.of(from, to);
        }

        Effect lost() {
            return from == null ? Effect.CREATION_LOST : to == null ? Effect.REMOVAL_LOST : Effect.RENAME_LOST;
        }

        void apply(Map<Path, SimulatedInode> names) {
            if (from != null) {
                names.remove(from, inode);
            }
            if (to != null) {
                names.put(to, inode);
            }
        }
    }
}

package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.Agent;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jctools.queues.atomic.SpscUnboundedAtomicArrayQueue;

/**
 * Keeps the next segments ready ahead of need: filled with zeros, synced, named, the folder synced, paced so that the
 * journal's syncs don't suffer; recycles released ones, syncs those that the journal left without a sync, and shortens
 * surplus in steps before it unlinks.
 *
 * <p>Run {@link #doWork()} on a thread of its own that is never interrupted (R1); it returns 0 when there is nothing to
 * do now. The journal talks to it through queues. A full disk is waited for; any other failure fails the log.
 */
public final class SegmentPreparer implements Agent {
    /** Segments that stand ready. */
    static final int READY = 2;

    /** Released segments that are kept for later. */
    static final int SPARES = 4;

    /** Size of the first segment of a log, so that the first frame doesn't wait; each further one is four times as large. */
    static final long FIRST_BYTES = 4L * 1024 * 1024;

    private static final String UNFINISHED = "unfinished-";

    /** What {@link DirectProbe} tries its writes on; goes as unfinished segments do. */
    static final String PROBE = UNFINISHED + "probe";

    private static final int CHUNK_BYTES = 256 * 1024;
    private static final int HURRIED_CHUNK_BYTES = 1024 * 1024;
    private static final long MAX_CREDIT = 4L * 1024 * 1024;
    private static final long STEP_BYTES = 4L * 1024 * 1024;
    private static final long IDLE_BYTES_PER_SECOND = 64L * 1024 * 1024;
    private static final int SMALL_STEPS = 4;
    private static final long STEP_NANOS = 5_000_000;
    private static final long FULL_NANOS = 100_000_000;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final LogSettings settings;
    private final Storage storage;
    private final LogClocks clocks;
    private final Milestone appendedBytes;
    private final SpscAtomicArrayQueue<Segment> ready = new SpscAtomicArrayQueue<>(READY * 2);
    private final SpscUnboundedAtomicArrayQueue<Segment> returned = new SpscUnboundedAtomicArrayQueue<>(64);
    private final SpscUnboundedAtomicArrayQueue<Segment> unsynced = new SpscUnboundedAtomicArrayQueue<>(64);
    private final ArrayDeque<Segment> spares = new ArrayDeque<>();

    private StreamId streamId;
    private long nextIndex = 1;
    private long rampBytes = FIRST_BYTES;
    private Filling filling;
    private Path foundFull;
    private long foundFullNanos;
    private Segment shrinking;
    private long shrinkingSize;
    private int fewestSpares;
    private int surplus;
    private long surplusNanos;
    private long credit;
    private long creditNanos;
    private long creditAppended;
    private long notBeforeNanos;
    private long stepNanos;
    private boolean closed;

    private volatile long neededBytes;
    private volatile IOException failure;
    private volatile String waitingFor;
    private volatile boolean shortOfSpares;
    private volatile Runnable waker = () -> {};

    SegmentPreparer(LogSettings settings, Storage storage, LogClocks clocks, Milestone appendedBytes) {
        this.settings = settings;
        this.storage = storage;
        this.clocks = clocks;
        this.appendedBytes = appendedBytes;
        this.creditNanos = clocks.nanoClock().nanoTime();
        this.notBeforeNanos = creditNanos;
        this.stepNanos = creditNanos;
        this.surplusNanos = creditNanos;
    }

    /** Called by the journal's thread whenever there may be work, so that the runner can park for long; must not block. */
    public void onDemand(Runnable newWaker) {
        waker = newWaker;
    }

    /** Why no segment can be prepared now (a full disk, the reserve), or null. Any thread. */
    public String waitingFor() {
        return waitingFor;
    }

    @Override
    public synchronized int doWork() {
        if (closed || failure != null) {
            return 0;
        }
        try {
            // In this order: a segment is left before it is returned.
            int work = syncLeft() + takeReturned();
            countSurplus();
            if (ready.size() < READY) {
                work += prepare();
            } else {
                waitingFor = null;
                work += shrink();
            }
            return work;
        } catch (IOException e) {
            failure = e;
            return 0;
        }
    }

    @Override
    public String roleName() {
        return "segment-preparer";
    }

    // ---- the journal's side

    /** Nanoseconds until {@link #doWork} has something to do that only time brings; 0 for now, -1 when only demand does. */
    public synchronized long nanosToNextWork() {
        if (closed || failure != null) {
            return -1;
        }
        long now = clocks.nanoClock().nanoTime();
        if (!returned.isEmpty() || !unsynced.isEmpty()) {
            return 0;
        }
        if (ready.size() < READY) {
            return Math.max(0, Math.max(notBeforeNanos - now, neededBytes > 0 ? 0 : STEP_NANOS / 4));
        }
        if (shrinking != null || surplus > 0 && spares.size() > SPARES) {
            return Math.max(0, stepNanos - now);
        }
        return spares.size() > SPARES ? Math.max(0, surplusNanos + SECOND_NANOS - now) : -1;
    }

    /** A ready segment, or null; then {@code bytes} of room in one are waited for. */
    Segment poll(long bytes) {
        Segment segment = ready.poll();
        while (segment != null && segment.size() - SegmentHeader.LENGTH < bytes) {
            returned.offer(segment);
            segment = ready.poll();
        }
        neededBytes = segment == null ? bytes : 0;
        waker.run();
        return segment;
    }

    /** Whether a segment had to be made anew since the last one was released. Any thread. */
    boolean isShort() {
        return shortOfSpares;
    }

    /** Takes a segment that was released and that nobody pins. */
    void recycle(Segment segment) {
        returned.offer(segment);
        waker.run();
    }

    /** Takes a segment that was left and not synced: it is synced by whoever comes first, the journal or this. */
    void syncSoon(Segment segment) {
        unsynced.offer(segment);
        waker.run();
    }

    /** Fails when preparing failed for another reason than a full disk. */
    void checkFailure() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw new IOException("preparing a segment failed: " + failed.getMessage(), failed);
        }
    }

    // ---- while the log opens, on the opening thread

    void start(StreamId newStreamId, long firstIndex) {
        streamId = newStreamId;
        nextIndex = firstIndex;
    }

    /**
     * Makes the first segment of a log that has none, from a spare or where there is room beyond the reserve; null when
     * there is neither, which is waited for as for any later one.
     */
    Segment makeFirst() throws IOException {
        boolean room = !spares.isEmpty() || folderWithRoom(Math.min(FIRST_BYTES, settings.segmentBytes())) != null;
        return room ? makeNow(0) : null;
    }

    /** Makes a segment with room for {@code bytes}, or as large as they are, now; from a spare where one is large enough. */
    Segment makeNow(long bytes) throws IOException {
        long room = Math.min(bytes, settings.segmentBytes() - SegmentHeader.LENGTH);
        for (Segment spare : spares) {
            if (spare.size() - SegmentHeader.LENGTH >= room) {
                spares.remove(spare);
                return recycleInPlace(spare);
            }
        }
        long wanted = Math.min(settings.segmentBytes(), Math.max(FIRST_BYTES, bytes + SegmentHeader.LENGTH));
        Segment made = makeNowAnywhere(align(wanted));
        rampBytes = Math.min(rampBytes * 4, settings.segmentBytes());
        return made;
    }

    /** In the folder whose turn it is, or another one with room; in one without the reserve only when all are. */
    private Segment makeNowAnywhere(long size) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        Path roomy = folderWithRoom(size);
        waitingFor = null;
        if (roomy != null) {
            folders.add(roomy);
        }
        for (int turn = 0; turn < settings.dataFolders().size(); turn++) {
            folders.add(folderOf(nextIndex + turn));
        }
        DiskFullException full = null;
        for (Path folder : folders) {
            try {
                startFilling(folder, size);
                while (!filling.isFull()) {
                    filling.writeChunk();
                }
                return finishFilling();
            } catch (DiskFullException e) {
                if (filling != null) {
                    abandonFilling();
                }
                if (full != null) {
                    e.addSuppressed(full);
                }
                full = e;
            }
        }
        throw full;
    }

    /** Hands a segment that stands in place to the journal before anything else is prepared. */
    void addReady(Segment segment) {
        ready.offer(segment);
    }

    void addSpare(Segment segment) {
        spares.add(segment);
    }

    static boolean isUnfinished(String name) {
        return name.startsWith(UNFINISHED);
    }

    synchronized void close() throws IOException {
        closed = true;
        IOException failed = null;
        Segment segment = ready.poll();
        for (; segment != null; segment = ready.poll()) {
            spares.add(segment);
        }
        for (segment = returned.poll(); segment != null; segment = returned.poll()) {
            spares.add(segment);
        }
        if (shrinking != null) {
            spares.add(shrinking);
        }
        for (Segment spare : spares) {
            failed = closeFile(spare.file(), failed);
        }
        if (filling != null) {
            failed = closeFile(filling.file, failed);
        }
        if (failed != null) {
            throw failed;
        }
    }

    // ---- duties

    private int takeReturned() throws IOException {
        int taken = 0;
        for (Segment segment = returned.poll(); segment != null; segment = returned.poll()) {
            shortOfSpares = false;
            if (segment.size() == settings.segmentBytes()) {
                spares.add(segment);
            } else {
                // Small ones from a log's first moments.
                segment.file().close();
                storage.delete(segment.path());
            }
            taken++;
        }
        return taken;
    }

    /**
     * Spares that lay idle for a second. Segments come back in bursts, as many as were written between two checkpoints: what is
     * removed after one would have to be filled again before the next.
     */
    private void countSurplus() {
        long now = clocks.nanoClock().nanoTime();
        fewestSpares = Math.min(fewestSpares, spares.size());
        if (now - surplusNanos >= SECOND_NANOS) {
            surplus = Math.max(0, fewestSpares - SPARES);
            fewestSpares = spares.size();
            surplusNanos = now;
        }
    }

    private int syncLeft() throws IOException {
        int synced = 0;
        for (Segment segment = unsynced.poll(); segment != null; segment = unsynced.poll()) {
            segment.syncLeft();
            synced++;
        }
        return synced;
    }

    private int prepare() throws IOException {
        // Before a filling goes on, which can wait: a spare costs the disk a block.
        Segment spare = spares.poll();
        if (spare != null) {
            put(recycleInPlace(spare));
            return 1;
        }
        shortOfSpares = true;
        if (filling == null) {
            return startNext() ? 1 : 0;
        }
        if (filling.isFull()) {
            put(finishFilling());
            return 1;
        }
        if (!mayFill()) {
            return 0;
        }
        try {
            filling.writeChunk();
            return 1;
        } catch (DiskFullException e) {
            waitingFor = e.getMessage();
            abandonFilling();
            return 0;
        }
    }

    private void put(Segment segment) {
        waitingFor = null;
        ready.offer(segment);
    }

    private boolean startNext() throws IOException {
        long now = clocks.nanoClock().nanoTime();
        if (now - notBeforeNanos < 0) {
            return false;
        }
        long needed = neededBytes + SegmentHeader.LENGTH;
        while (rampBytes < settings.segmentBytes() && rampBytes < needed) {
            rampBytes *= 4;
        }
        long size = align(Math.min(rampBytes, settings.segmentBytes()));
        Path folder = folderWithRoom(size);
        if (folder == null) {
            notBeforeNanos = now + FULL_NANOS;
            return false;
        }
        try {
            startFilling(folder, size);
        } catch (DiskFullException e) {
            waitingFor = e.getMessage();
            wasFull(folder);
            return false;
        }
        rampBytes = Math.min(rampBytes * 4, settings.segmentBytes());
        return true;
    }

    /** The folder whose turn it is, or the next one with room; null when all are full. */
    private Path folderWithRoom(long size) throws IOException {
        int folders = settings.dataFolders().size();
        for (int turn = 0; turn < folders; turn++) {
            Path folder = folderOf(nextIndex + turn);
            if (folder.equals(foundFull) && folders > 1) {
                // A quota, or somebody else who fills it: it said that it had room.
                if (clocks.nanoClock().nanoTime() - foundFullNanos < SECOND_NANOS) {
                    continue;
                }
                foundFull = null;
            }
            long usable = storage.usableSpace(folder);
            if (usable - size >= settings.reserveBytes()) {
                return folder;
            }
            waitingFor = folder + ": " + usable + " bytes are free (expected: >= " + (settings.reserveBytes() + size)
                    + ", a segment and the reserve)";
        }
        return null;
    }

    private void startFilling(Path folder, long size) throws IOException {
        Path path = folder.resolve(UNFINISHED + Segment.nameOf(nextIndex));
        filling = new Filling(
                path,
                storage.open(path, Storage.OpenMode.CREATE),
                size,
                settings.appender() == LogSettings.Appender.MAPPED);
    }

    private Segment finishFilling() throws IOException {
        Filling done = filling;
        Segment segment = putInPlace(done.path, done.file, done.size);
        filling = null;
        return segment;
    }

    private void abandonFilling() throws IOException {
        Filling abandoned = filling;
        filling = null;
        wasFull(abandoned.path.getParent());
        abandoned.file.close();
        storage.delete(abandoned.path);
    }

    private void wasFull(Path folder) {
        foundFull = folder;
        foundFullNanos = clocks.nanoClock().nanoTime();
        notBeforeNanos = foundFullNanos + FULL_NANOS;
    }

    private Segment recycleInPlace(Segment spare) throws IOException {
        return putInPlace(spare.path(), spare.file(), spare.size());
    }

    /** A new tag makes whatever stands in the file another life's. */
    private Segment putInPlace(Path from, StorageFile file, long size) throws IOException {
        long index = nextIndex;
        SegmentHeader header = new SegmentHeader(SegmentHeader.VERSION, newTag(), streamId, index, size, null);
        file.write(header.encode(), 0);
        file.sync();
        Path to = from.resolveSibling(Segment.nameOf(index));
        storage.rename(from, to);
        storage.syncFolder(to.getParent());
        nextIndex++;
        return new Segment(to, file, header);
    }

    private int newTag() {
        int tag = 0;
        while (tag == 0) {
            tag = (int) clocks.random().getAsLong();
        }
        return tag;
    }

    /** About twice the append rate, at once when the journal waits. */
    private boolean mayFill() {
        long now = clocks.nanoClock().nanoTime();
        long appended = appendedBytes.get();
        long elapsed = Math.min(now - creditNanos, SECOND_NANOS);
        credit += 2 * (appended - creditAppended) + IDLE_BYTES_PER_SECOND * elapsed / SECOND_NANOS;
        credit = Math.min(credit, MAX_CREDIT);
        creditNanos = now;
        creditAppended = appended;
        if (neededBytes > 0) {
            credit = 0;
            return true;
        }
        if (credit < CHUNK_BYTES) {
            return false;
        }
        credit -= CHUNK_BYTES;
        return true;
    }

    /** Unlinking a whole segment at once would make the device discard it in one piece, while the journal syncs. */
    private int shrink() throws IOException {
        long now = clocks.nanoClock().nanoTime();
        if (now - stepNanos < 0) {
            return 0;
        }
        if (shrinking == null) {
            if (surplus == 0 || spares.size() <= SPARES) {
                return 0;
            }
            surplus--;
            fewestSpares--;
            shrinking = spares.pollLast();
            shrinkingSize = shrinking.size();
        }
        stepNanos = now + STEP_NANOS;
        shrinkingSize -=
                settings.segmentBytes() > STEP_BYTES ? STEP_BYTES : align(settings.segmentBytes() / SMALL_STEPS);
        if (shrinkingSize > 0) {
            shrinking.file().truncate(shrinkingSize);
        } else {
            Segment gone = shrinking;
            shrinking = null;
            gone.file().close();
            storage.delete(gone.path());
        }
        return 1;
    }

    private Path folderOf(long index) {
        List<Path> folders = settings.dataFolders();
        return folders.get((int) (index % folders.size()));
    }

    private static long align(long size) {
        return (size + SegmentHeader.LENGTH - 1) & -SegmentHeader.LENGTH;
    }

    private static IOException closeFile(StorageFile file, IOException before) {
        try {
            file.close();
            return before;
        } catch (IOException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }

    /** A file that is being filled with zeros. */
    private final class Filling {
        private final Path path;
        private final StorageFile file;
        private final long size;
        private final ByteBuffer readBack;
        private long filled;
        private long read;

        private Filling(Path path, StorageFile file, long size, boolean mapped) {
            this.path = path;
            this.file = file;
            this.size = size;
            this.readBack = mapped ? ByteBuffer.allocateDirect(CHUNK_BYTES) : null;
        }

        private boolean isFull() {
            return filled == size && (readBack == null || read == size);
        }

        private void writeChunk() throws IOException {
            int chunk = neededBytes > 0 ? HURRIED_CHUNK_BYTES : CHUNK_BYTES;
            if (filled < size) {
                int count = (int) Math.min(chunk, size - filled);
                file.zero(filled, count);
                filled += count;
            } else {
                // Zeros went around the cache: stores into a mapped page would each wait for the disk.
                read += file.read(readBack.clear().limit((int) Math.min(readBack.capacity(), size - read)), read);
            }
        }
    }
}

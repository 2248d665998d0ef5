package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jctools.queues.atomic.SpscUnboundedAtomicArrayQueue;

/**
 * Keeps the next segments ready ahead of need: filled with zeros, synced, named, the folder synced, paced so that the
 * journal's syncs don't suffer; recycles released ones, syncs those that the journal left without a sync, and shortens
 * surplus in steps before it unlinks.
 *
 * <p>Run {@link #doWork()} on a thread of its own that is never interrupted (R1); it returns 0 when there is nothing to
 * do now. The journal talks to it through queues. A full disk is waited for; any other failure fails the log.
 *
 * <p>This decides what is to be done next: {@link SpareSegments} come first, then {@link SegmentFilling} goes on at its
 * {@link FillPace}; {@link SegmentFolders} says where, and {@link SegmentMaker} puts in place what is ready.
 */
public final class SegmentPreparer implements Agent {
    /** Segments that stand ready. */
    static final int READY = 2;

    /** Size of the first segment of a log, so that the first frame doesn't wait; each further one is four times as large. */
    static final long FIRST_BYTES = 4L * 1024 * 1024;

    private static final long FULL_NANOS = 100_000_000;
    private static final long FILL_NANOS = 1_250_000;

    private final LogSettings settings;
    private final Storage storage;
    private final NanoClock clock;
    private final SpareSegments spares;
    private final SegmentFolders folders;
    private final FillPace pace;
    private final SegmentMaker maker;
    private final SpscAtomicArrayQueue<Segment> ready = new SpscAtomicArrayQueue<>(READY * 2);
    private final SpscUnboundedAtomicArrayQueue<Segment> returned = new SpscUnboundedAtomicArrayQueue<>(64);
    private final SpscUnboundedAtomicArrayQueue<Segment> unsynced = new SpscUnboundedAtomicArrayQueue<>(64);

    private long rampBytes = FIRST_BYTES;
    private SegmentFilling filling;
    private long notBeforeNanos;
    private boolean closed;

    private volatile long neededBytes;
    private volatile IOException failure;
    private volatile String waitingFor;
    private volatile boolean shortOfSpares;
    private volatile Runnable waker = () -> {};

    SegmentPreparer(LogSettings settings, Storage storage, LogClocks clocks, Milestone appendedBytes) {
        this.settings = settings;
        this.storage = storage;
        this.clock = clocks.nanoClock();
        this.notBeforeNanos = clock.nanoTime();
        this.spares = new SpareSegments(settings, storage, clock, notBeforeNanos);
        this.folders = new SegmentFolders(settings, storage, clock);
        this.pace = new FillPace(clock, appendedBytes, notBeforeNanos);
        this.maker = new SegmentMaker(settings, storage, clocks.random());
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
            spares.countSurplus();
            if (ready.size() < READY) {
                work += prepare();
            } else {
                waitingFor = null;
                work += spares.shrink() ? 1 : 0;
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
        long now = clock.nanoTime();
        if (!returned.isEmpty() || !unsynced.isEmpty()) {
            return 0;
        }
        if (ready.size() < READY) {
            return Math.max(0, Math.max(notBeforeNanos - now, neededBytes > 0 ? 0 : FILL_NANOS));
        }
        return spares.nanosToNextWork(now);
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
        maker.start(newStreamId, firstIndex);
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
        Segment spare = spares.poll(room);
        if (spare != null) {
            return maker.recycle(spare);
        }
        long wanted = Math.min(settings.segmentBytes(), Math.max(FIRST_BYTES, bytes + SegmentHeader.LENGTH));
        Segment made = makeNowAnywhere(Segment.alignedSize(wanted));
        rampBytes = Math.min(rampBytes * 4, settings.segmentBytes());
        return made;
    }

    /** In the folder whose turn it is, or another one with room; in one without the reserve only when all are. */
    private Segment makeNowAnywhere(long size) throws IOException {
        Set<Path> tried = new LinkedHashSet<>();
        Path roomy = folderWithRoom(size);
        waitingFor = null;
        if (roomy != null) {
            tried.add(roomy);
        }
        for (int turn = 0; turn < settings.dataFolders().size(); turn++) {
            tried.add(folders.of(maker.nextIndex() + turn));
        }
        DiskFullException full = null;
        for (Path folder : tried) {
            try {
                filling = maker.begin(folder, size);
                while (!filling.isFull()) {
                    filling.fill(chunkBytes());
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

    synchronized void close() throws IOException {
        closed = true;
        Segment segment = ready.poll();
        for (; segment != null; segment = ready.poll()) {
            spares.add(segment);
        }
        for (segment = returned.poll(); segment != null; segment = returned.poll()) {
            spares.add(segment);
        }
        List<StorageFile> files = new ArrayList<>();
        spares.all().forEach(spare -> files.add(spare.file()));
        if (filling != null) {
            files.add(filling.file());
        }
        Closing.all(files);
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
            put(maker.recycle(spare));
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
        if (!pace.mayFill(neededBytes > 0)) {
            return 0;
        }
        try {
            filling.fill(chunkBytes());
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
        long now = clock.nanoTime();
        if (now - notBeforeNanos < 0) {
            return false;
        }
        long needed = neededBytes + SegmentHeader.LENGTH;
        while (rampBytes < settings.segmentBytes() && rampBytes < needed) {
            rampBytes *= 4;
        }
        long size = Segment.alignedSize(Math.min(rampBytes, settings.segmentBytes()));
        Path folder = folderWithRoom(size);
        if (folder == null) {
            notBeforeNanos = now + FULL_NANOS;
            return false;
        }
        try {
            filling = maker.begin(folder, size);
        } catch (DiskFullException e) {
            waitingFor = e.getMessage();
            wasFull(folder);
            return false;
        }
        rampBytes = Math.min(rampBytes * 4, settings.segmentBytes());
        return true;
    }

    private int chunkBytes() {
        return neededBytes > 0 ? FillPace.HURRIED_CHUNK_BYTES : FillPace.CHUNK_BYTES;
    }

    private Path folderWithRoom(long size) throws IOException {
        Path folder = folders.withRoom(maker.nextIndex(), size);
        if (folders.shortage() != null) {
            waitingFor = folders.shortage();
        }
        return folder;
    }

    private Segment finishFilling() throws IOException {
        Segment segment = maker.finish(filling);
        filling = null;
        return segment;
    }

    private void abandonFilling() throws IOException {
        SegmentFilling abandoned = filling;
        filling = null;
        wasFull(abandoned.folder());
        abandoned.abandon();
    }

    private void wasFull(Path folder) {
        long now = clock.nanoTime();
        folders.wasFull(folder, now);
        notBeforeNanos = now + FULL_NANOS;
    }
}

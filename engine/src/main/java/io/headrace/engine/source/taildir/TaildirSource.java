package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.SourceContext;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows text files and makes one event of each line; settings are those of {@link TaildirSettings}.
 *
 * <p>Frames are put without waiting for earlier ones: what is in flight is bounded by the channels. A position moves
 * when its frame is safe, so that after a crash each channel is given exactly what it does not have. Files are known by
 * what they are, not by name: a renamed file is read on, a truncated one is begun anew and counted, a deleted one is read
 * to its end. The last line of a file that does not end in a line feed becomes an event when the file did not grow for
 * {@code idleTimeout}; what comes later is an event of its own.
 *
 * <p>A file that cannot be read is counted, tried again, and does not hold up the others. A failed channel, and a
 * position that cannot be written where that would cost correctness, end the source; the agent starts a new one, which
 * reads on from what is safe.
 *
 * <p>Polled by one thread; {@link #stop()} may come from another one and waits for the poll under way.
 */
public final class TaildirSource implements PollingSource {
    private static final Logger LOG = LoggerFactory.getLogger(TaildirSource.class);
    private static final long LONGEST_LISTING_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MARK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int STOP_LOOKS = 2_000;
    private static final long STOP_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final SourceContext context;
    private final TaildirSettings settings;
    private final ChannelProcessor processor;
    private final EpochClock epochClock;
    private final NanoClock nanoClock;
    private final TaildirCounters counters;
    private final PositionFile positionFile;
    private final ReadNotes notes;
    private final InputRegistry registry;
    private final long pauseNanos;
    private final long longestPauseNanos;
    private final long idleNanos;
    private final long listingIntervalNanos;
    private final long positionsIntervalNanos;

    private FileCatalog catalog;
    private FrameOutlet outlet;
    private LineFramer framer;
    private List<PositionFile.Entry> writtenPositions = List.of();

    /** What was found to be truncated, or written anew, in this look at all files. */
    private List<TailedFile> truncated = new ArrayList<>();

    private int next;
    private long listAtNanos;
    private long writePositionsAtNanos;
    private long markAtNanos;
    private boolean running;

    /** What ended this life, of which the agent tells. */
    private String ended = "";

    private boolean troubled;
    private long troubledAtNanos;
    private volatile long lagBytes;
    private volatile long openFiles;

    public TaildirSource(SourceContext context) {
        this.context = context;
        settings = context.settings(TaildirSettings.class);
        processor = context.processor();
        epochClock = context.epochClock();
        nanoClock = context.nanoClock();
        counters = new TaildirCounters(context.metrics());
        Path positions = positionPath(settings.positionFile());
        positionFile = new PositionFile(positions);
        String inputs = positions.getFileName() + "." + safeName(context.name()) + ".inputs";
        notes = new ReadNotes(positions.resolveSibling(inputs + ".read"), counters);
        registry = new InputRegistry(positions.resolveSibling(inputs), notes);
        pauseNanos = settings.backoffSleepIncrement().toNanos();
        longestPauseNanos = settings.maxBackoffSleep().toNanos();
        idleNanos = settings.idleTimeout().toNanos();
        positionsIntervalNanos = settings.writePosInterval().toNanos();
        listingIntervalNanos = Math.min(LONGEST_LISTING_INTERVAL_NANOS, longestPauseNanos);
        settings.patterns().keySet().stream()
                .filter(name -> !settings.filegroups().contains(name))
                .forEach(name -> LOG.warn(
                        "{}: filegroups.{}: not read (expected: {} among filegroups, which are {})",
                        context.name(),
                        name,
                        name,
                        settings.filegroups()));
        context.metrics().gauge("LagBytes", () -> lagBytes);
        context.metrics().gauge("OpenFileCount", () -> openFiles);
    }

    @Override
    public synchronized void start() throws IOException {
        long now = nanoClock.nanoTime();
        outlet = new FrameOutlet(processor, counters, nanoClock);
        framer = new LineFramer(settings, processor, outlet, registry, counters, epochClock, context.randomLong());
        List<PositionFile.Entry> positions = readPositions();
        readRegistry();
        catalog = new FileCatalog(groups(), settings, processor, registry, positions, counters, epochClock);
        running = true;
        try {
            catalog.refresh(now);
        } catch (IOException e) {
            ended = e.toString();
            throw e;
        }
        listAtNanos = now + listingIntervalNanos;
        markAtNanos = now + MARK_INTERVAL_NANOS;
        writePositionsAtNanos = now + positionsIntervalNanos;
        sayHealthy();
    }

    @Override
    public synchronized int poll() throws IOException {
        if (!running) {
            return 0;
        }
        try {
            return look();
        } catch (IOException e) {
            ended = e.toString();
            throw e;
        }
    }

    private int look() throws IOException {
        outlet.attach(Thread.currentThread());
        long now = nanoClock.nanoTime();
        long before = counters.bytes.get();
        // What is due soon is looked at with a listing: a file that rests costs no wake-ups of its own.
        long dueBy = now;
        if (now - listAtNanos >= 0) {
            listAtNanos = now + listingIntervalNanos;
            dueBy += SOON_NANOS;
            if (catalog.refresh(now)) {
                sayHealthy();
            }
        }
        keepPositions(now);
        if (!outlet.retry()) {
            return 0;
        }
        List<TailedFile> files = catalog.files();
        identifyNew(files, now);
        for (int i = 0; i < files.size() && !outlet.isFull(); i++) {
            next = next + 1 < files.size() ? next + 1 : 0;
            TailedFile file = files.get(next);
            if (file.isDue(file.isResting() ? dueBy : now)) {
                look(file, now);
            }
        }
        if (!truncated.isEmpty()) {
            startAnew(now);
        }
        return (int) Math.min(Integer.MAX_VALUE, counters.bytes.get() - before);
    }

    /** Until the next file is due, or something else is; what comes of channels wakes the thread. */
    @Override
    public synchronized long pauseNanos() {
        if (!running) {
            return LONGEST_LISTING_INTERVAL_NANOS;
        }
        long now = nanoClock.nanoTime();
        long due = Math.min(Math.min(listAtNanos - now, markAtNanos - now), writePositionsAtNanos - now);
        if (outlet.isFull()) {
            due = Math.min(due, outlet.nanosToRetry(now));
        } else {
            List<TailedFile> files = catalog.files();
            for (int i = 0; i < files.size(); i++) {
                due = Math.min(due, files.get(i).checkAtNanos() - now);
            }
        }
        return Math.max(SHORTEST_PAUSE_NANOS, due);
    }

    /** Puts what waits if there is room, waits a little until what is in flight is safe, and writes the positions. */
    @Override
    public synchronized void stop() {
        if (!running) {
            return;
        }
        running = false;
        try {
            boolean allPut = outlet.putNow();
            for (TailedFile file : catalog.files()) {
                if (allPut || file.input() != outlet.waitingInput()) {
                    file.markIfMoved();
                }
            }
            awaitSafe(outlet.waitingInput());
            catalog.files().forEach(this::endDeleted);
            writePositions(epochClock.time());
        } catch (IOException | RuntimeException e) {
            counters.positionFailures.increment();
            if (e.toString().equals(ended)) {
                LOG.debug("{}: positions were not written at stop either", context.name(), e);
            } else {
                LOG.warn("{}: positions were not written at stop: {}", context.name(), e.toString());
            }
        } finally {
            release();
        }
    }

    /** A deleted file cannot be opened again: what is in no frame of it that was put is destroyed when it is closed. */
    private void endDeleted(TailedFile file) {
        if (!catalog.retireIfDeleted(file)) {
            return;
        }
        boolean waits = file.input() == outlet.waitingInput();
        long unread = file.seenSize() - (waits ? file.input().acknowledgedPosition() : file.position());
        if (unread > 0) {
            counters.unreadLost.add(unread);
            LOG.warn("{}: deleted, and not read to its end at stop; bytes destroyed unread: at least {}", file, unread);
        }
    }

    private void release() {
        outlet.close();
        framer.close();
        notes.close();
        try {
            catalog.close();
        } catch (IOException e) {
            LOG.warn("{}: {}", context.name(), e.toString());
        }
        openFiles = 0;
    }

    private void look(TailedFile file, long now) throws IOException {
        try {
            boolean elsewhere = !file.isOpen() && !file.isListed();
            if (file.isOpen() || reopen(file, now) || elsewhere && catalog.locate(file) && reopen(file, now)) {
                read(file, now);
            } else if (!file.isListed()) {
                endClosed(file);
            } else {
                file.pause(now, pauseNanos, longestPauseNanos);
            }
            if (file.fails(null)) {
                LOG.info("{}: can be read again", file.path());
            }
        } catch (IOException e) {
            readFailed(file, e, now);
        }
    }

    /** A closed file is gone, or is not to be followed any more. */
    private void endClosed(TailedFile file) throws IOException {
        if (file.hasUnscanned() && !file.isAtItsPath()) {
            long unread = file.seenSize() - file.position();
            counters.unreadLost.add(unread);
            LOG.warn("{}: gone while it was closed; bytes destroyed unread: at least {}", file, unread);
        }
        catalog.remove(file);
    }

    private void readFailed(TailedFile file, IOException cause, long now) throws IOException {
        counters.readFailures.increment();
        if (file.fails(cause.toString())) {
            LOG.warn("{}: cannot be read, tried again: {}", file, cause.toString());
        }
        trouble("cannot read " + file.path() + ": " + cause);
        framer.forget();
        file.closeHandle();
        file.pause(now, longestPauseNanos, longestPauseNanos);
    }

    /** Makes files known that got their first content: all at once, since making them known costs a sync. */
    private void identifyNew(List<TailedFile> files, long now) throws IOException {
        for (TailedFile file : files) {
            if (file.isIdentified() || !file.isDue(now)) {
                continue;
            }
            try {
                long size = file.isOpen() || reopen(file, now) ? file.channel().size() : 0;
                if (size > 0 && !catalog.identify(file, size, now)) {
                    file.pause(now, pauseNanos, longestPauseNanos);
                }
            } catch (IOException e) {
                readFailed(file, e, now);
            }
        }
        if (registry.isUnsaved()) {
            registry.save();
        }
    }

    private void read(TailedFile file, long now) throws IOException {
        if (file.isHeld()) {
            file.pause(now, pauseNanos, longestPauseNanos);
            return;
        }
        long size = file.channel().size();
        boolean changed = file.sawSize(size, now);
        if (size < file.position()) {
            isTruncated(file);
            file.busy(now);
            return;
        }
        boolean more = hasMore(file, size, changed);
        boolean rewritten = !more && wasModified(file);
        if (rewritten) {
            // What was looked at and not put may be something else now.
            framer.forget();
            file.scannedTo(file.position());
        }
        boolean busy = more;
        if (more || rewritten) {
            busy |= turn(file, size, false, now) != LineFramer.Turn.END_OF_FILE;
        }
        if (busy) {
            file.busy(now);
        } else if (now - file.grownAtNanos() >= idleNanos) {
            endIdle(file, size, now);
        } else {
            file.pause(now, pauseNanos, longestPauseNanos);
        }
    }

    /** Whether there is something that was not looked at: an unfinished line is looked at again when it grew. */
    private static boolean hasMore(TailedFile file, long size, boolean changed) {
        return size > file.position() && (changed || !file.isIdentified() || size != file.scannedPosition());
    }

    /** Whether something was written although the file did not grow: it may have been truncated and filled again. */
    private boolean wasModified(TailedFile file) throws IOException {
        if (!file.isIdentified() || !file.isListed()) {
            return false;
        }
        try {
            FileId.Status status = FileId.of(file.path());
            return status.id().equals(file.id()) && file.sawModification(status.modifiedNanos(), epochClock.time());
        } catch (NoSuchFileException e) {
            // The next listing tells whether it has another name.
            return false;
        }
    }

    private LineFramer.Turn turn(TailedFile file, long size, boolean unfinishedToo, long now) throws IOException {
        if (!file.isIdentified()) {
            if (!catalog.identify(file, size, now)) {
                return LineFramer.Turn.END_OF_FILE;
            }
            registry.save();
        }
        LineFramer.Turn turn = framer.turn(file, unfinishedToo);
        if (turn == LineFramer.Turn.CHANGED) {
            isTruncated(file);
        }
        return turn;
    }

    private void endIdle(TailedFile file, long size, long now) throws IOException {
        if (size > file.position() && file.isIdentified()) {
            LineFramer.Turn turn = turn(file, size, true, now);
            if (turn != LineFramer.Turn.END_OF_FILE) {
                file.busy(now);
                return;
            }
        }
        catalog.retireIfDeleted(file);
        file.closeHandle();
        framer.forget();
        if (file.isListed()) {
            file.pause(now, pauseNanos, longestPauseNanos);
        } else {
            LOG.info("{}: gone, and read to its end", file);
            catalog.remove(file);
            sayHealthy();
        }
    }

    private void isTruncated(TailedFile file) {
        framer.forget();
        truncated.add(file);
    }

    private void startAnew(long now) throws IOException {
        List<TailedFile> anew = truncated;
        truncated = new ArrayList<>();
        catalog.startAnew(anew, now);
        for (int i = 0; i < anew.size() && !outlet.isFull(); i++) {
            if (catalog.isFollowed(anew.get(i))) {
                look(anew.get(i), now);
            }
        }
    }

    /** Opens a file that was closed, if there is something to look at. */
    private boolean reopen(TailedFile file, long now) throws IOException {
        FileId.Status status;
        try {
            status = FileId.of(file.path());
        } catch (NoSuchFileException e) {
            // The next listing tells whether it has another name.
            return false;
        }
        if (!status.id().equals(file.id())) {
            return false;
        }
        boolean modified = file.sawModification(status.modifiedNanos(), epochClock.time());
        boolean changed = status.size() != file.seenSize() || file.isIdentified() && modified;
        boolean waits = file.isIdentified()
                ? file.hasUnscanned() || file.seenSize() > file.position() && now - file.grownAtNanos() >= idleNanos
                : status.size() > 0;
        return (changed || waits) && file.open();
    }

    private void keepPositions(long now) {
        if (now - markAtNanos >= 0) {
            markAtNanos = now + MARK_INTERVAL_NANOS;
            if (outlet.isFull()) {
                catalog.files().forEach(file -> lookAtSize(file, now));
            }
            measure();
            // What cannot be read or written is tried again at least that often.
            if (troubled && now - troubledAtNanos > 2 * Math.max(longestPauseNanos, positionsIntervalNanos)) {
                sayHealthy();
            }
            SourceInput waiting = outlet.waitingInput();
            catalog.files().stream()
                    .filter(file -> file.isIdentified() && file.input() != waiting)
                    .forEach(TailedFile::markIfMoved);
        }
        if (now - writePositionsAtNanos >= 0) {
            writePositionsAtNanos = now + positionsIntervalNanos;
            try {
                writePositions(epochClock.time());
            } catch (IOException e) {
                // Channels know better; the next interval tries again.
                counters.positionFailures.increment();
                LOG.warn("{}: {}", positionFile.path(), e.toString());
                trouble("cannot write " + positionFile.path() + ": " + e);
            }
        }
    }

    private void writePositions(long nowMillis) throws IOException {
        registry.expire(nowMillis, catalog::followed);
        List<PositionFile.Entry> positions = new ArrayList<>();
        for (TailedFile file : catalog.files()) {
            if (file.isIdentified() && !file.isReplaced()) {
                positions.add(new PositionFile.Entry(
                        file.id().inode(), file.safePosition(), file.path().toString()));
            }
        }
        if (positions.equals(writtenPositions)) {
            return;
        }
        for (TailedFile file : catalog.files()) {
            if (file.isIdentified()) {
                registry.update(file, nowMillis);
            }
        }
        // Reading waits for it: one sync each.
        registry.saveNotes();
        positionFile.write(positions);
        writtenPositions = positions;
    }

    private void awaitSafe(SourceInput except) {
        Thread stopping = Thread.currentThread();
        for (TailedFile file : catalog.files()) {
            if (file.isIdentified()) {
                file.input().setListener(() -> LockSupport.unpark(stopping));
            }
        }
        for (int looks = 0; looks < STOP_LOOKS; looks++) {
            boolean safe = catalog.files().stream()
                    .filter(file -> file.isIdentified() && file.input() != except)
                    .allMatch(file -> file.safePosition() >= file.position());
            if (safe || Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(this, STOP_LOOK_NANOS);
        }
    }

    /** While nothing is read: what is destroyed by then is to be counted, and the lag to be true. */
    private static void lookAtSize(TailedFile file, long now) {
        long size;
        try {
            if (file.isOpen()) {
                size = file.channel().size();
            } else {
                FileId.Status status = FileId.of(file.path());
                size = status.id().equals(file.id()) ? status.size() : 0;
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", file, e.toString());
            return;
        }
        if (size > file.seenSize()) {
            file.sawSize(size, now);
        }
    }

    private void measure() {
        long lag = 0;
        for (TailedFile file : catalog.files()) {
            lag += Math.max(0, file.seenSize() - file.position());
        }
        lagBytes = lag;
        openFiles = catalog.openFiles();
    }

    private List<PositionFile.Entry> readPositions() throws IOException {
        try {
            return positionFile.read();
        } catch (DamagedFileException e) {
            Path aside = AtomicFile.setAside(positionFile.path(), epochClock.time());
            LOG.warn("{}; set aside as {}, positions come from the channels only", e.getMessage(), aside);
            return List.of();
        }
    }

    private void readRegistry() throws IOException {
        try {
            registry.load(epochClock.time());
        } catch (DamagedFileException e) {
            Path aside = AtomicFile.setAside(registry.path(), epochClock.time());
            LOG.warn("{}; set aside as {}, files are recognised by their first bytes only", e.getMessage(), aside);
        }
    }

    private List<FileGroup> groups() {
        List<FileGroup> groups = new ArrayList<>();
        Map<String, Map<String, String>> headers = settings.headersByGroup();
        for (String name : settings.filegroups()) {
            groups.add(new FileGroup(
                    name,
                    settings.patterns().get(name),
                    headers.getOrDefault(name, Map.of()),
                    settings.cachePatternMatching(),
                    epochClock));
        }
        return groups;
    }

    private void trouble(String reason) {
        troubled = true;
        troubledAtNanos = nanoClock.nanoTime();
        context.unhealthy(reason);
    }

    private void sayHealthy() {
        troubled = false;
        int files = catalog.files().size();
        context.healthy("following " + files + (files == 1 ? " file" : " files"));
    }

    private static Path positionPath(String configured) {
        String path =
                configured.startsWith("~/") ? System.getProperty("user.home") + configured.substring(1) : configured;
        return Path.of(path).toAbsolutePath();
    }

    private static String safeName(String name) {
        return name.replaceAll("[^A-Za-z0-9_.-]", "_");
    }
}

package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.SourceContext;
import java.io.IOException;
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
    private final TailPositions positions;
    private final TailHealth health;
    private final long listingIntervalNanos;
    private final long positionsIntervalNanos;

    private FileCatalog catalog;
    private FrameOutlet outlet;
    private LineFramer framer;
    private TailReader reader;
    private int next;
    private long listAtNanos;
    private long writePositionsAtNanos;
    private long markAtNanos;
    private boolean running;

    /** What ended this life, of which the agent tells. */
    private String ended = "";

    private volatile long lagBytes;
    private volatile long openFiles;

    public TaildirSource(SourceContext context) {
        this.context = context;
        settings = context.settings(TaildirSettings.class);
        processor = context.processor();
        epochClock = context.epochClock();
        nanoClock = context.nanoClock();
        counters = new TaildirCounters(context.metrics());
        positions = new TailPositions(settings.positionFile(), context.name(), counters, epochClock);
        long longestPauseNanos = settings.maxBackoffSleep().toNanos();
        positionsIntervalNanos = settings.writePosInterval().toNanos();
        health = new TailHealth(context, Math.max(longestPauseNanos, positionsIntervalNanos));
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
        List<PositionFile.Entry> known = positions.read();
        outlet = new FrameOutlet(processor, counters, nanoClock);
        InputRegistry registry = positions.registry();
        framer = new LineFramer(settings, processor, outlet, registry, counters, epochClock, context.randomLong());
        catalog = new FileCatalog(groups(), settings, processor, registry, known, counters, epochClock);
        reader = new TailReader(settings, catalog, framer, outlet, registry, counters, health, epochClock);
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
        health.following(catalog.files().size());
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
        catalog.lookBegins();
        long now = nanoClock.nanoTime();
        long before = counters.bytes.get();
        // What is due soon is looked at with a listing: a file that rests costs no wake-ups of its own.
        long dueBy = now;
        if (now - listAtNanos >= 0) {
            listAtNanos = now + listingIntervalNanos;
            dueBy += SOON_NANOS;
            if (catalog.refresh(now)) {
                health.following(catalog.files().size());
            }
        }
        keepPositions(now);
        if (!outlet.retry()) {
            return 0;
        }
        List<TailedFile> files = catalog.files();
        reader.identifyNew(files, now);
        for (int i = 0; i < files.size() && !outlet.isFull(); i++) {
            next = next + 1 < files.size() ? next + 1 : 0;
            TailedFile file = files.get(next);
            if (file.pauses().isDue(file.pauses().isResting() ? dueBy : now)) {
                reader.look(file, now);
            }
        }
        reader.startAnew(now);
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
                due = Math.min(due, files.get(i).pauses().checkAtNanos() - now);
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
            reader.startAllAnew(nanoClock.nanoTime());
            boolean allPut = outlet.putNow();
            for (TailedFile file : catalog.files()) {
                if (allPut || file.input() != outlet.waitingInput()) {
                    file.markIfMoved();
                }
            }
            awaitSafe(outlet.waitingInput());
            catalog.forgetNames();
            catalog.files().forEach(this::endDeleted);
            positions.write(catalog, epochClock.time());
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

    FileCatalog catalog() {
        return catalog;
    }

    /** A deleted file cannot be opened again: what is in no frame of it that was put is destroyed when it is closed. */
    private void endDeleted(TailedFile file) {
        if (!catalog.retireIfDeleted(file)) {
            return;
        }
        boolean waits = file.input() == outlet.waitingInput();
        long unread = file.seenSize() - (waits ? outlet.waitingFrom() : file.position());
        if (unread > 0) {
            counters.unreadLost.add(unread);
            LOG.warn("{}: deleted, and not read to its end at stop; bytes destroyed unread: at least {}", file, unread);
        }
    }

    void release() {
        outlet.close();
        framer.close();
        positions.close();
        try {
            catalog.close();
        } catch (IOException e) {
            LOG.warn("{}: {}", context.name(), e.toString());
        }
        openFiles = 0;
    }

    private void keepPositions(long now) {
        if (now - markAtNanos >= 0) {
            markAtNanos = now + MARK_INTERVAL_NANOS;
            if (outlet.isFull()) {
                catalog.files().forEach(file -> lookAtSize(file, now));
            }
            measure();
            // What cannot be read or written is tried again at least that often.
            if (health.isTroubleOver(now)) {
                health.following(catalog.files().size());
            }
            SourceInput waiting = outlet.waitingInput();
            catalog.files().stream()
                    .filter(file -> file.isIdentified() && file.input() != waiting)
                    .forEach(TailedFile::markIfMoved);
        }
        if (now - writePositionsAtNanos >= 0) {
            writePositionsAtNanos = now + positionsIntervalNanos;
            try {
                positions.write(catalog, epochClock.time());
            } catch (IOException e) {
                // Channels know better; the next interval tries again.
                counters.positionFailures.increment();
                LOG.warn("{}: {}", positions.path(), e.toString());
                health.trouble("cannot write " + positions.path() + ": " + e);
            }
        }
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
}

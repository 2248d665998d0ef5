package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one file: opens it when there is something to look at, has its lines framed, notices that it was truncated,
 * closes it when it rests, and says when to look again. A file that cannot be read is tried again and does not hold up
 * others; what is thrown ends the source. Owned by the source's thread.
 */
final class TailReader {
    private static final Logger LOG = LoggerFactory.getLogger(TailReader.class);

    private final FileCatalog catalog;
    private final LineFramer framer;
    private final FrameOutlet outlet;
    private final InputRegistry registry;
    private final TaildirCounters counters;
    private final TailHealth health;
    private final EpochClock epochClock;
    private final long pauseNanos;
    private final long longestPauseNanos;
    private final long idleNanos;

    /** What was found to be truncated, or written anew, in this look at all files. */
    private final Set<TailedFile> truncated = new LinkedHashSet<>();

    /** Whether folders were listed since the last of them was found. */
    private boolean listed;

    TailReader(
            TaildirSettings settings,
            FileCatalog catalog,
            LineFramer framer,
            FrameOutlet outlet,
            InputRegistry registry,
            TaildirCounters counters,
            TailHealth health,
            EpochClock epochClock) {
        this.catalog = catalog;
        this.framer = framer;
        this.outlet = outlet;
        this.registry = registry;
        this.counters = counters;
        this.health = health;
        this.epochClock = epochClock;
        pauseNanos = settings.backoffSleepIncrement().toNanos();
        longestPauseNanos = settings.maxBackoffSleep().toNanos();
        idleNanos = settings.idleTimeout().toNanos();
    }

    /** Looks at a file that is due: reads it on, or finds out what became of it. */
    void look(TailedFile file, long now) throws IOException {
        try {
            boolean elsewhere = !file.isOpen() && !file.isListed();
            if (file.isOpen() || reopen(file, now) || elsewhere && catalog.locate(file) && reopen(file, now)) {
                read(file, now);
            } else if (!file.isListed()) {
                endClosed(file);
            } else {
                file.pauses().pause(now, pauseNanos, longestPauseNanos);
            }
            if (file.fails(null)) {
                LOG.info("{}: can be read again", file.path());
            }
        } catch (IOException e) {
            readFailed(file, e, now);
        }
    }

    /** Makes files known that got their first content: all at once, since making them known costs a sync. */
    void identifyNew(List<TailedFile> files, long now) throws IOException {
        for (TailedFile file : files) {
            if (file.isIdentified() || !file.pauses().isDue(now)) {
                continue;
            }
            try {
                long size = file.isOpen() || reopen(file, now) ? file.channel().size() : 0;
                if (size > 0 && !catalog.identify(file, size, now) && !catalog.isCompared(file)) {
                    file.pauses().pause(now, pauseNanos, longestPauseNanos);
                }
            } catch (IOException e) {
                readFailed(file, e, now);
            }
        }
        if (registry.isUnsaved()) {
            registry.save();
        }
    }

    /** Begins files anew that were found to be truncated, or written anew, without a bound: nothing is looked at after it. */
    void startAllAnew(long now) {
        while (!truncated.isEmpty()) {
            catalog.lookBegins();
            catalog.startAnew(truncated, listed, now).forEach(truncated::remove);
            listed = true;
        }
    }

    /** Begins files anew that were found to be truncated, or written anew; as many as are compared in one look. */
    void startAnew(long now) throws IOException {
        if (truncated.isEmpty()) {
            return;
        }
        List<TailedFile> anew = catalog.startAnew(truncated, listed, now);
        listed = true;
        anew.forEach(truncated::remove);
        if (outlet.isFull()) {
            return;
        }
        List<TailedFile> followed = anew.stream().filter(catalog::isFollowed).toList();
        identifyNew(followed, now);
        for (int i = 0; i < followed.size() && !outlet.isFull(); i++) {
            if (followed.get(i).pauses().isDue(now)) {
                look(followed.get(i), now);
            }
        }
    }

    private void read(TailedFile file, long now) throws IOException {
        if (file.isHeld() || catalog.isHeldBack(file, now)) {
            file.pauses().pause(now, pauseNanos, longestPauseNanos);
            return;
        }
        if (truncated.contains(file)) {
            // What was destroyed is told from the sizes that were seen until then.
            return;
        }
        long size = file.channel().size();
        boolean changed = file.sawSize(size, now);
        if (size < file.position()) {
            isTruncated(file);
            file.pauses().busy(now);
            return;
        }
        boolean more = hasMore(file, size, changed);
        boolean rewritten = !more && wasModified(file);
        if (rewritten) {
            // What was looked at and not put may be something else now.
            framer.forget();
            file.scannedTo(file.position());
        }
        boolean toItsEnd = true;
        if (more || rewritten) {
            file.comparesContent();
            toItsEnd = turn(file, size, false, now) == LineFramer.Turn.END_OF_FILE;
        }
        if (!toItsEnd) {
            file.pauses().busy(now);
        } else if (more) {
            file.pauses().grew(now);
        } else if (now - file.grownAtNanos() >= idleNanos) {
            endIdle(file, size, now);
        } else {
            file.pauses().pause(now, pauseNanos, longestPauseNanos);
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
            if (!status.id().equals(file.id())) {
                return false;
            }
            file.sawModification(status.modifiedNanos(), epochClock.time());
            return file.isModified();
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
                file.pauses().busy(now);
                return;
            }
        }
        catalog.retireIfDeleted(file);
        file.closeHandle();
        framer.forget();
        if (file.isListed()) {
            file.pauses().pause(now, pauseNanos, longestPauseNanos);
        } else {
            LOG.info("{}: gone, and read to its end", file);
            catalog.remove(file);
            health.following(catalog.count());
        }
    }

    private void isTruncated(TailedFile file) {
        framer.forget();
        listed &= !truncated.add(file);
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
        file.sawModification(status.modifiedNanos(), epochClock.time());
        boolean changed = status.size() != file.seenSize() || file.isIdentified() && file.isModified();
        boolean waits = file.isIdentified()
                ? file.hasUnscanned() || file.seenSize() > file.position() && now - file.grownAtNanos() >= idleNanos
                : status.size() > 0;
        return (changed || waits) && file.open();
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
        health.trouble("cannot read " + file.path() + ": " + cause);
        framer.forget();
        file.closeHandle();
        file.pauses().pause(now, longestPauseNanos, longestPauseNanos);
    }
}

package io.headrace.engine.sink.roll;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one sink: one in progress for each partition, and those that are rolled and wait for a checkpoint before
 * they are completed. Indexes run through the whole series. Owned by the sink's thread.
 */
final class OutputSeries {
    private static final Logger LOG = LoggerFactory.getLogger(OutputSeries.class);
    private static final DateTimeFormatter ROLL_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneId.systemDefault());

    private final FileRollSettings settings;
    private final RollFolder folder;
    private final RollCounters counters;
    private final DirectWrites directWrites;
    private final long series;
    private final long startMillis;
    private final Map<String, OutputFile> current = new LinkedHashMap<>(16, 0.75f, true);
    private final List<OutputFile> rolled = new ArrayList<>();
    private final List<OutputFile> touched = new ArrayList<>();
    private final Set<OutputFile> open = new LinkedHashSet<>();
    private final int longestPartition;
    private long nextIndex;

    /** A new series without files. */
    OutputSeries(FileRollSettings settings, RollFolder folder, RollCounters counters, long series, long startMillis)
            throws IOException {
        this.directWrites = new DirectWrites(folder.path());
        this.settings = settings;
        this.folder = folder;
        this.counters = counters;
        this.series = series;
        this.startMillis = startMillis;
        this.nextIndex = 1;
        this.longestPartition = PartitionName.longest(settings);
    }

    /**
     * Goes on with a series where a checkpoint left it: cuts files to what was committed and removes those that were
     * begun later (R8).
     */
    static OutputSeries recover(FileRollSettings settings, RollFolder folder, RollCounters counters, RollToken token)
            throws IOException {
        OutputSeries output = new OutputSeries(settings, folder, counters, token.series(), token.startMillis());
        output.nextIndex = token.nextIndex();
        for (Path removed : folder.removeBeyond(token.series(), token.nextIndex())) {
            LOG.info("{}: removed, nothing of it was committed", removed);
        }
        for (RollToken.Entry entry : token.files()) {
            output.recover(entry);
        }
        folder.sync();
        return output;
    }

    /** What a commit of all that is written says of this output. */
    RollToken token() {
        List<RollToken.Entry> files = new ArrayList<>(current.size() + rolled.size());
        rolled.forEach(file -> files.add(entry(file)));
        current.values().forEach(file -> files.add(entry(file)));
        files.sort(Comparator.comparingLong(RollToken.Entry::index));
        return new RollToken(series, startMillis, nextIndex, folder.path().toString(), files);
    }

    /** The open file of a value of the partition header, begun if there is none. */
    OutputFile file(String value, long nowMillis) throws IOException {
        String partition = PartitionName.of(value, longestPartition);
        OutputFile file = current.get(partition);
        if (file != null && !file.isTouched() && isDamaged(file)) {
            // Looked at once a delivery also when it is open: what is written to a file without a name is lost.
            current.remove(partition);
            close(file);
            file = null;
        }
        if (file == null) {
            file = begin(partition, nowMillis);
        }
        ensureOpen(file);
        if (!file.isTouched()) {
            file.touch();
            touched.add(file);
        }
        return file;
    }

    /** Makes everything durable that was written since the last time. */
    void sync() throws IOException {
        for (OutputFile file : touched) {
            if (file.isUnsynced()) {
                ensureOpen(file);
                file.sync();
                counters.synced.increment();
            }
        }
        folder.sync();
    }

    /** What is written is committed. */
    void accept() {
        touched.forEach(OutputFile::accept);
        touched.clear();
    }

    /** Cuts off what was written and is not committed. */
    void cutBack() throws IOException {
        for (OutputFile file : touched) {
            file.dropPending();
            close(file);
            file.cutBack();
            folder.noteChange();
        }
        touched.forEach(OutputFile::accept);
        touched.clear();
    }

    /** Cuts off what was written behind this token, which is committed; it is of this series and newer than the last one. */
    void cutBackTo(RollToken token) throws IOException {
        Map<Long, Long> lengths = new HashMap<>();
        token.files().forEach(entry -> lengths.put(entry.index(), entry.length()));
        touched.forEach(file -> file.acceptUpTo(lengths.getOrDefault(file.index(), 0L)));
        cutBack();
    }

    /** Rolls files that were begun long enough ago, or later than now: nobody knows when; returns whether there are any. */
    boolean rollDue(long nowMillis, long intervalMillis) throws IOException {
        return roll(current.values().stream()
                .filter(file -> nowMillis - file.begunMillis() >= intervalMillis || nowMillis < file.begunMillis())
                .toList());
    }

    /** Rolls those not written for longest where more are in progress than may be; returns whether there are any. */
    boolean rollSurplus() throws IOException {
        int surplus = current.size() - settings.maxFilesInProgress();
        return surplus > 0 && roll(current.values().stream().limit(surplus).toList());
    }

    private boolean roll(List<OutputFile> due) throws IOException {
        for (OutputFile file : due) {
            current.remove(file.partition());
            close(file);
            file.roll();
            rolled.add(file);
        }
        return !due.isEmpty();
    }

    /** Whether files wait to be completed. */
    boolean hasRolled() {
        return !rolled.isEmpty();
    }

    /** A token of this version is the first one to say what is rolled by now. */
    void noteRolled(long version) {
        rolled.stream().filter(file -> file.rolledUnder() == Long.MAX_VALUE).forEach(file -> file.rolledUnder(version));
    }

    /**
     * Gives rolled files their final names, only those of which a checkpoint says that they are rolled (R8).
     *
     * @param checkpointed the newest version of the token that a checkpoint holds
     */
    void completeRolled(long checkpointed) throws IOException {
        for (OutputFile file : rolled) {
            if (file.isCompleted() || file.rolledUnder() > checkpointed) {
                continue;
            }
            if (isDamaged(file)) {
                LOG.error("{}: not completed", file);
            } else if (file.committed() == 0) {
                Files.deleteIfExists(file.path());
                folder.noteChange();
            } else {
                LOG.debug("{}: completed", folder.complete(file.path(), file.name(), series));
                counters.rolled.increment();
            }
            file.completed();
        }
        folder.sync();
        rolled.removeIf(OutputFile::isCompleted);
    }

    /** Closes all handles. */
    void close() throws IOException {
        for (OutputFile file : List.copyOf(open)) {
            close(file);
        }
    }

    int openFiles() {
        return open.size();
    }

    /** Files that are not completed. */
    int filesInProgress() {
        return current.size() + rolled.size();
    }

    /** Whether somebody removed or cut what was committed; that must not keep later events from being delivered. */
    private boolean isDamaged(OutputFile file) throws IOException {
        if (file.committed() == 0) {
            return false;
        }
        long size;
        try {
            size = Files.size(file.path());
        } catch (NoSuchFileException e) {
            size = -1;
        }
        if (size >= file.committed()) {
            return false;
        }
        LOG.error(
                "{}: {} (expected: {} bytes that were committed); going on in a new file",
                file,
                size < 0 ? "missing" : size + " bytes",
                file.committed());
        counters.damaged.increment();
        return true;
    }

    private OutputFile begin(String partition, long nowMillis) {
        long index = nextIndex++;
        String name = name(partition, index, nowMillis);
        OutputFile file = new OutputFile(
                partition, index, name, folder.inProgress(name, series, index), 0, nowMillis, directWrites);
        current.put(partition, file);
        folder.noteChange();
        return file;
    }

    private String name(String partition, long index, long nowMillis) {
        StringBuilder name = new StringBuilder(settings.prefix().orElse(""));
        if (!partition.isEmpty()) {
            name.append(partition).append('-');
        }
        switch (settings.pathManager()) {
            case DEFAULT -> name.append(startMillis);
            case ROLLTIME -> name.append(ROLL_TIME.format(Instant.ofEpochMilli(nowMillis)));
        }
        name.append('-').append(index);
        settings.extension().filter(text -> !text.isEmpty()).ifPresent(text -> name.append('.')
                .append(text));
        return name.toString();
    }

    /** Opens a file unless it is open; for that the one not used for longest may have to be closed. */
    private void ensureOpen(OutputFile file) throws IOException {
        if (file.isOpen()) {
            open.remove(file);
        } else {
            if (open.size() >= settings.maxOpenFiles()) {
                close(open.iterator().next());
            }
            file.open();
            counters.opened.increment();
        }
        open.add(file);
    }

    /** What it holds is synced at the end of the delivery, once, however often it is closed and opened until then. */
    private void close(OutputFile file) throws IOException {
        if (open.remove(file)) {
            counters.closed.increment();
            file.close();
        }
    }

    private void recover(RollToken.Entry entry) throws IOException {
        Path path = folder.inProgress(entry.name(), series, entry.index());
        OutputFile file = new OutputFile(
                entry.partition(),
                entry.index(),
                entry.name(),
                path,
                entry.length(),
                entry.begunMillis(),
                directWrites);
        if (!Files.exists(path)) {
            if (entry.length() > 0 && !folder.isCompleted(entry.name(), series, entry.length())) {
                LOG.error(
                        "{}: missing (expected: {} bytes that were committed); going on in a new file",
                        path,
                        entry.length());
                counters.damaged.increment();
            }
            return;
        }
        long size = Files.size(path);
        if (size < entry.length()) {
            LOG.error(
                    "{}: {} bytes (expected: {}, which were committed); left as it is, going on in a new file",
                    path,
                    size,
                    entry.length());
            counters.damaged.increment();
            return;
        }
        if (size > entry.length()) {
            LOG.info("{}: cut from {} to the {} bytes that were committed", path, size, entry.length());
            file.cutBack();
        }
        // Two where an earlier version told values apart whose names are one now.
        OutputFile other = entry.rolled() ? file : current.put(entry.partition(), file);
        if (other != null) {
            other.roll();
            rolled.add(other);
        }
    }

    private static RollToken.Entry entry(OutputFile file) {
        return new RollToken.Entry(
                file.index(), file.written(), file.begunMillis(), file.isRolled(), file.partition(), file.name());
    }
}

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final long series;
    private final long startMillis;
    private final Map<String, OutputFile> current = new LinkedHashMap<>(16, 0.75f, true);
    private final List<OutputFile> rolled = new ArrayList<>();
    private final List<OutputFile> touched = new ArrayList<>();
    private long nextIndex;
    private int openFiles;

    /** A new series without files. */
    OutputSeries(FileRollSettings settings, RollFolder folder, RollCounters counters, long series, long startMillis) {
        this.settings = settings;
        this.folder = folder;
        this.counters = counters;
        this.series = series;
        this.startMillis = startMillis;
        this.nextIndex = 1;
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

    /** The open file of a partition, begun if there is none. */
    OutputFile file(String partition, long nowMillis) throws IOException {
        OutputFile file = current.get(partition);
        if (file != null && !file.isOpen() && isDamaged(file)) {
            current.remove(partition);
            file = null;
        }
        if (file == null) {
            file = begin(partition, nowMillis);
        }
        if (!file.isOpen()) {
            closeLongestUnused();
            file.open();
            opened();
        }
        if (!file.isTouched()) {
            file.touch();
            touched.add(file);
        }
        return file;
    }

    /** Makes everything durable that was written since the last time. */
    void sync() throws IOException {
        for (OutputFile file : touched) {
            file.sync();
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
            boolean wasOpen = file.isOpen();
            file.cutBack();
            if (!wasOpen) {
                opened();
            }
        }
        touched.forEach(OutputFile::accept);
        touched.clear();
    }

    /** Rolls files that were begun long enough ago; returns whether there are any. */
    boolean rollDue(long nowMillis, long intervalMillis) throws IOException {
        List<OutputFile> due = current.values().stream()
                .filter(file -> nowMillis - file.begunMillis() >= intervalMillis)
                .toList();
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

    /** Gives rolled files their final names; only when a checkpoint covers that they are rolled (R8). */
    void completeRolled() throws IOException {
        for (OutputFile file : rolled) {
            if (file.isCompleted()) {
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
        rolled.clear();
    }

    /** Closes all handles. */
    void close() throws IOException {
        for (OutputFile file : current.values()) {
            close(file);
        }
    }

    int openFiles() {
        return openFiles;
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
        OutputFile file = new OutputFile(partition, index, name, folder.inProgress(name, series, index), 0, nowMillis);
        current.put(partition, file);
        folder.noteChange();
        return file;
    }

    private String name(String partition, long index, long nowMillis) {
        StringBuilder name = new StringBuilder(settings.prefix().orElse(""));
        if (!partition.isEmpty()) {
            name.append(PartitionName.of(partition)).append('-');
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

    private void closeLongestUnused() throws IOException {
        if (openFiles < settings.maxOpenFiles()) {
            return;
        }
        for (OutputFile file : current.values()) {
            if (file.isOpen()) {
                close(file);
                return;
            }
        }
    }

    private void opened() {
        openFiles++;
        counters.opened.increment();
    }

    private void close(OutputFile file) throws IOException {
        if (file.isOpen()) {
            try {
                file.close();
            } finally {
                openFiles--;
                counters.closed.increment();
            }
        }
    }

    private void recover(RollToken.Entry entry) throws IOException {
        Path path = folder.inProgress(entry.name(), series, entry.index());
        OutputFile file = new OutputFile(
                entry.partition(), entry.index(), entry.name(), path, entry.length(), entry.begunMillis());
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
            file.close();
        }
        if (entry.rolled()) {
            file.roll();
            rolled.add(file);
        } else {
            current.put(entry.partition(), file);
        }
    }

    private static RollToken.Entry entry(OutputFile file) {
        return new RollToken.Entry(
                file.index(), file.written(), file.begunMillis(), file.isRolled(), file.partition(), file.name());
    }
}

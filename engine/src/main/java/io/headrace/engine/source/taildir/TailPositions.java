package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the source keeps on disk: Flume's position file and, beside it, the registry of inputs with the notes that go with
 * it. What is damaged is set aside at start. Owned by the source's thread.
 */
final class TailPositions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TailPositions.class);

    private final PositionFile file;
    private final ReadNotes notes;
    private final InputRegistry registry;
    private final EpochClock clock;

    private List<PositionFile.Entry> written = List.of();

    TailPositions(String positionFile, String sourceName, TaildirCounters counters, EpochClock clock) {
        this.clock = clock;
        Path path = positionPath(positionFile);
        file = new PositionFile(path);
        String inputs = path.getFileName() + "." + safeName(sourceName) + ".inputs";
        notes = new ReadNotes(path.resolveSibling(inputs + ".read"), counters);
        registry = new InputRegistry(path.resolveSibling(inputs), notes);
    }

    InputRegistry registry() {
        return registry;
    }

    Path path() {
        return file.path();
    }

    /** Reads what an earlier life left; returns the positions, the registry has the rest. */
    List<PositionFile.Entry> read() throws IOException {
        List<PositionFile.Entry> positions = readFile();
        readRegistry();
        return positions;
    }

    /** Writes what is safe, and how to recognise the files, if anything moved or a file is gone. */
    void write(FileCatalog catalog, long nowMillis) throws IOException {
        registry.expire(nowMillis, catalog::followed);
        List<PositionFile.Entry> positions = new ArrayList<>();
        for (TailedFile tailed : catalog.files()) {
            if (tailed.isIdentified() && !tailed.isReplaced()) {
                positions.add(new PositionFile.Entry(
                        tailed.id().inode(),
                        tailed.safePosition(),
                        tailed.path().toString()));
            }
        }
        if (positions.equals(written) && !registry.isRetiredUnsaved()) {
            return;
        }
        for (TailedFile tailed : catalog.files()) {
            if (tailed.isIdentified()) {
                registry.update(tailed, nowMillis);
            }
        }
        // The registry comes last: what it calls safe is never more than what the other one has of the same content.
        // Reading waits for both: one sync each.
        try {
            file.write(positions);
        } finally {
            registry.saveNotes();
        }
        written = positions;
    }

    @Override
    public void close() {
        notes.close();
    }

    private List<PositionFile.Entry> readFile() throws IOException {
        try {
            return file.read();
        } catch (DamagedFileException e) {
            Path aside = AtomicFile.setAside(file.path(), clock.time());
            LOG.warn("{}; set aside as {}, positions come from the channels only", e.getMessage(), aside);
            return List.of();
        }
    }

    private void readRegistry() throws IOException {
        try {
            registry.load(clock.time());
        } catch (DamagedFileException e) {
            Path aside = AtomicFile.setAside(registry.path(), clock.time());
            LOG.warn("{}; set aside as {}, files are recognised by their first bytes only", e.getMessage(), aside);
        }
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

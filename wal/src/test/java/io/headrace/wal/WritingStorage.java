package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Lets something happen, once, while a file is opened to be read: what a writer does between two looks of a reader. */
final class WritingStorage implements Storage {
    /** What happens. */
    interface Event {
        void happen() throws IOException;
    }

    private final Storage storage;
    private final Event event;
    boolean writeAtOpen;

    WritingStorage(Storage storage, Event event) {
        this.storage = storage;
        this.event = event;
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        if (writeAtOpen && Segment.indexOf(file.getFileName().toString()) >= 0) {
            writeAtOpen = false;
            event.happen();
        }
        return storage.open(file, mode);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return storage.exists(path);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        storage.createFolders(folder);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return storage.list(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        storage.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        storage.syncFolder(folder);
    }

    @Override
    public long usableSpace(Path folder) throws IOException {
        return storage.usableSpace(folder);
    }

    @Override
    public Path realPath(Path folder) throws IOException {
        return storage.realPath(folder);
    }

    @Override
    public String identityOf(Path file) throws IOException {
        return storage.identityOf(file);
    }

    @Override
    public String fileSystemOf(Path folder) throws IOException {
        return storage.fileSystemOf(folder);
    }

    @Override
    public FolderLock lock(Path folder) throws IOException {
        return storage.lock(folder);
    }

    @Override
    public String machineId() throws IOException {
        return storage.machineId();
    }
}

package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The folders of a log: made, checked for files that are not ours, and locked. */
final class LogFolders implements AutoCloseable {
    private static final Pattern FLUME = Pattern.compile(
            "log-\\d+(\\.meta)?(\\.tmp|\\.old)?|in_use\\.lock|checkpoint(\\.meta)?(\\.tmp|\\.old|\\.bak)?"
                    + "|inflighttakes|inflightputs|queueset|backupComplete");

    private final List<Storage.FolderLock> locks = new ArrayList<>();

    private LogFolders() {}

    static LogFolders lock(LogSettings settings, Storage storage) throws IOException {
        Set<Path> folders = new LinkedHashSet<>(settings.dataFolders());
        if (settings.checkpointFolder() != null) {
            folders.add(settings.checkpointFolder());
        }
        for (Path folder : folders) {
            refuseFlume(folder, storage.list(folder));
        }
        for (Path folder : folders) {
            storage.createFolders(folder);
        }
        LogFolders locked = new LogFolders();
        try {
            for (Path folder : folders) {
                locked.locks.add(storage.lock(folder));
            }
            return locked;
        } catch (IOException | RuntimeException | Error e) {
            try {
                locked.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    static void refuseFlume(Path folder, List<String> names) throws IOException {
        for (String name : names) {
            if (FLUME.matcher(name).matches()) {
                throw new ForeignFolderException(folder + ": holds " + name
                        + ", a file of Flume's file channel (expected: a folder of Headrace, or an empty one)");
            }
        }
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        for (Storage.FolderLock lock : locks) {
            try {
                lock.close();
            } catch (IOException e) {
                failed = failed == null ? e : failed;
            }
        }
        locks.clear();
        if (failed != null) {
            throw failed;
        }
    }
}

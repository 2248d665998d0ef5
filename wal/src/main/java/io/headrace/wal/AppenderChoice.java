package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Which appender writes a log: the one of the settings, unless a file system among its folders does not bear it. */
final class AppenderChoice {
    private static final Set<String> COPY_ON_WRITE = Set.of("btrfs", "zfs", "bcachefs", "overlay");

    private AppenderChoice() {}

    /** Looks at the folders, which are there and locked. */
    static LogSettings.Appender of(LogSettings settings, Storage storage) throws IOException {
        LogSettings.Appender choice = settings.appender();
        for (Path folder : settings.dataFolders()) {
            if (!isPossible(choice, storage, folder)) {
                choice = LogSettings.Appender.POSITIONAL;
            }
        }
        return choice;
    }

    private static boolean isPossible(LogSettings.Appender appender, Storage storage, Path folder) throws IOException {
        return switch (appender) {
            // Where an overwrite takes new blocks, a store into a mapped page could find the disk full: SIGBUS.
            case MAPPED -> !COPY_ON_WRITE.contains(storage.fileSystemOf(folder));
            case POSITIONAL -> true;
            case DIRECT -> DirectProbe.works(storage, folder);
        };
    }
}

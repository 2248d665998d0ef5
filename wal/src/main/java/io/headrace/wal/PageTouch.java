package io.headrace.wal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Brings a part of a file into the page cache: the system passes its pages to the null device, which takes them without
 * looking, so that nothing is copied and an error of the disk is an exception here. Safe for any thread.
 */
final class PageTouch {
    private static final Path NOWHERE = Path.of("/dev/null");

    private PageTouch() {}

    /** Whether this system has what it takes. */
    static boolean isPossible() {
        return Nowhere.CHANNEL != null;
    }

    static void touch(FileChannel file, long from, long to) throws IOException {
        long at = from;
        while (at < to) {
            long count = file.transferTo(at, to - at, Nowhere.CHANNEL);
            if (count <= 0) {
                return;
            }
            at += count;
        }
    }

    /** Opened once, by whoever comes first, and never closed. */
    private static final class Nowhere {
        static final FileChannel CHANNEL = open();

        private static FileChannel open() {
            try {
                return FileChannel.open(NOWHERE, StandardOpenOption.WRITE);
            } catch (IOException e) {
                return null;
            }
        }
    }
}

package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel counts for the disk under a folder (Documentation/block/stat.rst). */
final class DiskCounter {
    private static final int WRITTEN_SECTORS = 6;
    private static final int SECTOR_BYTES = 512;

    private final Path statistics;

    private DiskCounter(Path statistics) {
        this.statistics = statistics;
    }

    static DiskCounter of(Path folder) throws IOException {
        long device = ((Number) Files.getAttribute(folder, "unix:dev")).longValue();
        long major = device >> 8 & 0xfff | device >> 32 & 0xfffff000L;
        long minor = device & 0xff | device >> 12 & 0xffffff00L;
        return new DiskCounter(Path.of("/sys/dev/block/" + major + ":" + minor + "/stat"));
    }

    /** False for a file system in memory, or one that spreads over several disks. */
    boolean isDisk() {
        return Files.isReadable(statistics);
    }

    /** Bytes that the disk was given since the machine started; 0 where there is none. */
    long bytesWritten() throws IOException {
        if (!isDisk()) {
            return 0;
        }
        return Long.parseLong(Files.readString(statistics).trim().split("\\s+")[WRITTEN_SECTORS]) * SECTOR_BYTES;
    }
}

package io.headrace.transport.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How files looked at some moment: two of the same files differ when one was written anew, or another one moved or linked
 * to its place.
 */
public record FileStamps(List<Object> stamps) {
    private record Stamp(long modifiedNanos, long bytes, Object identity) {}

    /** As they are now; a file that is not there has a stamp too. */
    public static FileStamps of(List<Path> files) {
        List<Object> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.add(new Stamp(now.lastModifiedTime().to(TimeUnit.NANOSECONDS), now.size(), now.fileKey()));
            } catch (IOException e) {
                // Being there again is a change.
                stamps.add(new Stamp(-1, -1, null));
            }
        }
        return new FileStamps(List.copyOf(stamps));
    }
}

package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Where a file's content lives, whatever its name is: device and inode. */
record FileId(long device, long inode) {
    /**
     * What {@code stat} says of a path.
     *
     * @param modifiedNanos time of the last modification, since the epoch
     */
    record Status(FileId id, boolean regular, long size, long modifiedNanos) {}

    /** Asks for the file behind a path, following links. */
    static Status of(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino,size,isRegularFile,lastModifiedTime");
        return new Status(
                new FileId(((Number) attributes.get("dev")).longValue(), ((Number) attributes.get("ino")).longValue()),
                (Boolean) attributes.get("isRegularFile"),
                ((Number) attributes.get("size")).longValue(),
                ((FileTime) attributes.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS));
    }
}

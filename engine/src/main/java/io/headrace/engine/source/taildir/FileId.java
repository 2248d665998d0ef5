package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where a file's content lives, whatever its name is: device and inode. */
record FileId(long device, long inode) {
    /** What {@code stat} says of a path. */
    record Status(FileId id, boolean regular, long size) {}

    /** Asks for the file behind a path, following links. */
    static Status of(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino,size,isRegularFile");
        return new Status(
                new FileId(((Number) attributes.get("dev")).longValue(), ((Number) attributes.get("ino")).longValue()),
                (Boolean) attributes.get("isRegularFile"),
                ((Number) attributes.get("size")).longValue());
    }
}

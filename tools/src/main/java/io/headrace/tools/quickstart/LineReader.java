package io.headrace.tools.quickstart;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads files one after the other, as if they were one, and gives a 64-bit digest of each line, its line feed included.
 * Lines may be of any length. Owned by one thread.
 */
final class LineReader implements AutoCloseable {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final List<Path> files;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int nextFile;
    private InputStream file;
    private int at;
    private int end;
    private long digest;

    LineReader(List<Path> files) {
        this.files = files;
    }

    /** Goes to the next line; false at the end. Bytes after the last line feed are a line. */
    boolean next() throws IOException {
        long hash = 0;
        long length = 0;
        while (at < end || fill()) {
            byte value = block[at++];
            hash = Long.rotateLeft(hash * MULTIPLIER + value, 23);
            length++;
            if (value == '\n') {
                break;
            }
        }
        digest = mix(hash ^ length);
        return length > 0;
    }

    /** The digest of the line that {@link #next} went to; equal lines have equal ones. */
    long digest() {
        return digest;
    }

    /** Fills a buffer as far as the files reach and returns how far. */
    int read(byte[] target) throws IOException {
        int length = 0;
        while (length < target.length && (at < end || fill())) {
            int count = Math.min(target.length - length, end - at);
            System.arraycopy(block, at, target, length, count);
            at += count;
            length += count;
        }
        return length;
    }

    private boolean fill() throws IOException {
        while (true) {
            if (file == null) {
                if (nextFile == files.size()) {
                    return false;
                }
                file = new FileInputStream(files.get(nextFile++).toFile());
            }
            int count = file.read(block);
            if (count > 0) {
                at = 0;
                end = count;
                return true;
            }
            file.close();
            file = null;
        }
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * MULTIPLIER;
        return mixed ^ mixed >>> 29;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

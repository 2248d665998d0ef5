package io.headrace.wal;

import io.headrace.frame.FrameFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A segment opened once more for those who send from it: a handle of its own, so that closing the log takes nothing away
 * under a socket, and one pin for all of them (R17).
 */
final class SegmentFile implements FrameFile {
    private final Segment segment;
    private final FileChannel channel;
    private final AtomicInteger references = new AtomicInteger(1);

    private SegmentFile(Segment segment, FileChannel channel) {
        this.segment = segment;
        this.channel = channel;
    }

    /** With one reference, the caller's; null when the storage has no such files or the segment was released. */
    static SegmentFile open(Segment segment) throws IOException {
        if (!segment.pin()) {
            return null;
        }
        FileChannel opened = null;
        try {
            opened = segment.file().openToSend(segment.path());
            return opened == null ? null : new SegmentFile(segment, opened);
        } finally {
            if (opened == null) {
                segment.unpin();
            }
        }
    }

    Segment segment() {
        return segment;
    }

    /** Brings bytes into the page cache without copying them, so that nobody waits for the disk who sends them. */
    void touch(long from, long to) throws IOException {
        PageTouch.touch(channel, from, to);
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                throw new EOFException(
                        segment.path() + ": ends at " + at + " (expected: " + into.remaining() + " bytes more)");
            }
            at += count;
        }
    }

    @Override
    public void retain() {
        if (references.getAndIncrement() <= 0) {
            references.getAndDecrement();
            throw new IllegalStateException("references: 0 (expected: > 0, the file was released)");
        }
    }

    @Override
    public void release() {
        int left = references.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("references: " + left + " (expected: >= 0, released too often)");
        }
        if (left == 0) {
            try {
                channel.close();
            } catch (IOException e) {
                // A handle that was only read from: nothing is lost with it.
                throw new java.io.UncheckedIOException(segment.path() + ": closing", e);
            } finally {
                segment.unpin();
            }
        }
    }
}

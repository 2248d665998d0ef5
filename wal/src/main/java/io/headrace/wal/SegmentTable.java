package io.headrace.wal;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The segments that hold frames, in log order. The journal thread changes it, any thread reads it.
 */
final class SegmentTable implements AutoCloseable {
    private volatile Segment[] segments = new Segment[0];

    /** Adds the segment that the journal goes on in; the one before must have been left. */
    void add(Segment segment) {
        Segment[] before = segments;
        Segment[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = segment;
        segments = after;
        if (before.length > 0) {
            before[before.length - 1].next(segment);
        }
    }

    List<Segment> all() {
        return List.of(segments);
    }

    Segment first() {
        Segment[] now = segments;
        return now.length == 0 ? null : now[0];
    }

    /** Takes the first segment out: no reader finds it any more. */
    Segment removeFirst() {
        Segment[] before = segments;
        Segment first = before[0];
        segments = Arrays.copyOfRange(before, 1, before.length);
        first.release();
        return first;
    }

    /** The segment that holds {@code sequence} or, where it was released, the first one; pinned. Null: there is none. */
    Segment pinFor(long sequence) {
        while (true) {
            Segment[] now = segments;
            if (now.length == 0) {
                return null;
            }
            int low = 0;
            int high = now.length - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (now[middle].base() <= sequence) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            if (now[low].pin()) {
                return now[low];
            }
        }
    }

    /** Bytes of frames in all of them. */
    long bytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.writtenOffset() - SegmentHeader.LENGTH;
        }
        return bytes;
    }

    /** Bytes of frames in those that hold something above a sequence. */
    long bytesAbove(long sequence) {
        long bytes = 0;
        for (Segment segment : segments) {
            if (segment.lastSequence() > sequence) {
                bytes += segment.writtenOffset() - SegmentHeader.LENGTH;
            }
        }
        return bytes;
    }

    /** Bytes of the files of those that were left and hold nothing above a sequence. */
    long bytesOfFilesUpTo(long sequence) {
        long bytes = 0;
        for (Segment segment : segments) {
            if (segment.isLeft() && segment.lastSequence() <= sequence) {
                bytes += segment.size();
            }
        }
        return bytes;
    }

    /** Closes their files. */
    @Override
    public void close() throws IOException {
        Closing.all(Arrays.stream(segments).map(Segment::file).toList());
    }
}

package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Copies a group into aligned memory and writes it in whole blocks around the page cache, durable when the write returns.
 * A PAD frame fills the last block, so that a block that holds acknowledged frames is never written again: a write that is torn
 * cannot touch them, however large the pieces are that the disk tears at.
 */
final class DirectAppender implements SegmentAppender {
    private static final int STAGING_BYTES = GROUP_BYTES + 2 * Storage.BLOCK;

    private final ThroughFiles files;
    private final HopHeader hop = new HopHeader();
    private final Padding padding = new Padding();
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES + Storage.BLOCK)
            .alignedSlice(Storage.BLOCK)
            .order(ByteOrder.LITTLE_ENDIAN);

    private Segment segment;
    private StorageFile through;
    private boolean dirtyBeside;
    private long writtenTo;
    private int groupBytes;
    private int groupFrames;
    private long lastSequence;
    private long lastDurable;
    /** A frame that is longer than the staging memory, alone in its group, its hop half being staged. */
    private Frame large;

    /** Opens a file to be written as {@link Storage.OpenMode#THROUGH} says. */
    interface ThroughFiles {
        StorageFile open(Path path) throws IOException;
    }

    DirectAppender(ThroughFiles files) {
        this.files = files;
    }

    @Override
    public void begin(Segment newSegment, long offset) throws IOException {
        if (groupBytes != 0) {
            throw new IllegalStateException("staged: " + groupBytes + " bytes (expected: 0)");
        }
        closeThrough();
        segment = newSegment;
        through = files.open(newSegment.path());
        // The header's lower part was just written through the file.
        dirtyBeside = true;
        writtenTo = offset;
        int rest = Padding.lengthAt(offset, newSegment.size());
        if (rest > 0) {
            // Another appender ended within a block.
            padding.write(staging, 0, rest, newSegment.tag(), newSegment.lastSequence(), newSegment.lastSequence());
            newSegment.file().write(staging.clear().limit(rest), offset);
            staging.clear();
            writtenTo = offset + rest;
        }
    }

    @Override
    public long position() {
        return writtenTo + groupBytes;
    }

    @Override
    public boolean accepts(Frame frame) {
        return groupBytes == 0
                || large == null && groupBytes + frame.alignedLength() <= GROUP_BYTES && groupFrames < GROUP_BUFFERS;
    }

    @Override
    public void stage(long sequence, long durable, int inputNumber, long inputPosition, Frame frame) {
        int at = groupBytes;
        int length = frame.length();
        hop.write(staging, at, length, segment.tag(), sequence, durable, inputNumber, inputPosition);
        groupBytes += frame.alignedLength();
        groupFrames++;
        lastSequence = sequence;
        lastDurable = durable;
        if (groupBytes > GROUP_BYTES) {
            large = frame.retain();
            return;
        }
        frame.buffer().getBytes(0, staging, at + FrameLayout.HOP_LENGTH, length - FrameLayout.HOP_LENGTH);
        zero(at + length, groupBytes);
    }

    @Override
    public int stagedBytes() {
        return groupBytes;
    }

    @Override
    public void write() throws IOException {
        if (groupBytes == 0) {
            return;
        }
        if (large == null) {
            writeRest(groupBytes);
        } else {
            writeLarge();
        }
        reset();
    }

    /** Nothing that was staged is left to be synced; what was written beside it is. */
    @Override
    public void sync() throws IOException {
        if (dirtyBeside) {
            segment.file().sync();
            dirtyBeside = false;
        }
    }

    @Override
    public void close() throws IOException {
        reset();
        closeThrough();
    }

    /** In pieces of the staging memory: they tear as one write would. */
    private void writeLarge() throws IOException {
        int length = large.length() - FrameLayout.HOP_LENGTH;
        int at = FrameLayout.HOP_LENGTH;
        for (int from = 0; from < length; ) {
            int count = Math.min(GROUP_BYTES - at, length - from);
            large.buffer().getBytes(from, staging, at, count);
            from += count;
            at += count;
            if (at == GROUP_BYTES) {
                through.write(staging.clear().limit(at), writtenTo);
                writtenTo += at;
                at = 0;
            }
        }
        int end = FrameLayout.align(at);
        zero(at, end);
        writeRest(end);
    }

    /** The end of a group, filled up to the end of a block. */
    private void writeRest(int length) throws IOException {
        long end = writtenTo + length;
        int rest = Padding.lengthAt(end, segment.size());
        if (rest > 0) {
            padding.write(staging, length, rest, segment.tag(), lastSequence, lastDurable);
        }
        // The last bytes of a segment may have no room for a header.
        int blocks = (length + rest + Storage.BLOCK - 1) & -Storage.BLOCK;
        zero(length + rest, blocks);
        if (blocks > 0) {
            through.write(staging.clear().limit(blocks), writtenTo);
        }
        writtenTo = end + rest;
    }

    private void zero(int from, int to) {
        for (int i = from; i < to; i++) {
            staging.put(i, (byte) 0);
        }
    }

    private void reset() {
        if (large != null) {
            large.release();
            large = null;
        }
        staging.clear();
        groupBytes = 0;
        groupFrames = 0;
    }

    private void closeThrough() throws IOException {
        StorageFile closing = through;
        through = null;
        if (closing != null) {
            closing.close();
        }
    }
}

package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies a group into aligned memory and writes it in whole blocks around the page cache, durable when the write returns.
 * A PAD frame fills the last block, so that a block that holds acknowledged frames is never written again: a write that is torn
 * cannot touch them, however large the pieces are that the disk tears at.
 *
 * <p>Owned by the journal thread, but for what group writers call. Up to two groups may be on their way beside the
 * journal, and one more may wait for them; a power cut may leave a later one without an earlier, which then ends the log.
 */
final class DirectAppender implements SegmentAppender {
    /** Groups beside the journal, at most: what keeps a device busy. */
    static final int BESIDE = 2;

    /** Groups that wait for one of those, so that a writer goes on at once when it has written. */
    static final int WAITING = 1;

    private final ThroughFiles files;
    private final int limit;
    /** Whole blocks; what a frame that is longer goes through in pieces. */
    private final int room;

    private final HopHeader hop = new HopHeader();
    private final Padding padding = new Padding();
    private final HandedGroup[] groups = new HandedGroup[BESIDE + WAITING + 1];
    private final GroupWriter[] writers = new GroupWriter[BESIDE];

    /** Groups since the beginning; the one being staged has this number. */
    private long staging;
    /** The oldest group that was handed over and not settled; {@link #staging} when there is none. */
    private long oldest;

    private HandedGroup group;
    private boolean besideAllowed;
    private volatile Thread waiting;

    private Segment segment;
    private StorageFile through;
    private boolean headerUnsynced;
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

    /** @param groupBytes at which a group is full */
    DirectAppender(ThroughFiles files, int groupBytes) {
        this.files = files;
        limit = groupBytes;
        room = (groupBytes + Storage.BLOCK - 1) & -Storage.BLOCK;
        group = newGroup();
        group.prepare();
        groups[0] = group;
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new GroupWriter(this);
        }
    }

    /** Writers to be run from now on, so that groups may be handed over. */
    List<GroupWriter> newWriters() {
        besideAllowed = true;
        for (int i = 1; i < groups.length; i++) {
            groups[i] = newGroup();
        }
        return List.of(writers);
    }

    private HandedGroup newGroup() {
        // Behind the frames their padding.
        return new HandedGroup(room + 2 * Storage.BLOCK);
    }

    @Override
    public void begin(Segment newSegment, long offset) throws IOException {
        if (groupBytes != 0 || isWriting()) {
            throw new IllegalStateException(
                    "staged: " + groupBytes + " bytes, beside: " + (staging - oldest) + " groups (expected: 0)");
        }
        closeThrough();
        segment = newSegment;
        through = files.open(newSegment.path());
        // The header's lower part was just written through the file.
        headerUnsynced = true;
        writtenTo = offset;
        int rest = Padding.lengthAt(offset, newSegment.size());
        if (rest > 0) {
            // Another appender ended within a block.
            long last = newSegment.lastSequence();
            padding.write(group.staging, 0, rest, newSegment.tag(), last, last);
            newSegment.file().write(group.staging.clear().limit(rest), offset);
            group.staging.clear();
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
                || large == null && groupBytes + frame.alignedLength() <= limit && groupFrames < GROUP_BUFFERS;
    }

    @Override
    public void stage(long sequence, long durable, int inputNumber, long inputPosition, Frame frame) {
        int at = groupBytes;
        int length = frame.length();
        hop.write(group.staging, at, length, segment.tag(), sequence, durable, inputNumber, inputPosition);
        groupBytes += frame.alignedLength();
        groupFrames++;
        lastSequence = sequence;
        lastDurable = durable;
        if (groupBytes > room) {
            large = frame.retain();
            return;
        }
        frame.buffer().getBytes(0, group.staging, at + FrameLayout.HOP_LENGTH, length - FrameLayout.HOP_LENGTH);
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

    /** Nothing that was written is left to be synced but what was written into the file beside it. */
    @Override
    public void sync() throws IOException {
        if (headerUnsynced) {
            segment.file().sync();
            headerUnsynced = false;
        }
    }

    /** Whether everything that was written into the segment is durable. */
    boolean isSynced() {
        return !headerUnsynced;
    }

    @Override
    public void close() throws IOException {
        reset();
        closeThrough();
    }

    // ---- beside the journal

    /**
     * Hands the staged group to a writer.
     *
     * @return false when it is to be written here: nobody writes beside, or enough groups wait for those who do
     */
    boolean handOver() {
        if (!besideAllowed || !mayHandOver() || large != null || groupBytes == 0) {
            return false;
        }
        HandedGroup following = groups[(int) ((staging + 1) % groups.length)];
        try {
            following.prepare();
        } catch (OutOfMemoryError e) {
            // No direct memory for another group: one at a time, as without writers.
            besideAllowed = false;
            return false;
        }
        HandedGroup handed = group;
        handed.frames = groupFrames;
        handed.frameBytes = groupBytes;
        handed.lastSequence = lastSequence;
        handed.file = through;
        handed.header = headerUnsynced ? segment.file() : null;
        headerUnsynced = false;
        handed.at = writtenTo;
        handed.length = fillBlock(groupBytes);
        handed.end = writtenTo;
        int firstWriter = (int) (staging % writers.length);
        staging++;
        group = following;
        groupBytes = 0;
        groupFrames = 0;
        handed.handOver();
        wakeIdle(firstWriter);
        return true;
    }

    /** One that writes looks for the next group when it has written; only one that does not needs to be told. */
    private void wakeIdle(int first) {
        for (int i = 0; i < writers.length; i++) {
            GroupWriter writer = writers[(first + i) % writers.length];
            if (!writer.isWriting()) {
                writer.wake();
                return;
            }
        }
    }

    /** Whether a writer is free. */
    boolean hasRoomBeside() {
        return staging - oldest < BESIDE;
    }

    /** Whether a writer is free, or a group may wait for one. */
    boolean mayHandOver() {
        return staging - oldest < BESIDE + WAITING;
    }

    boolean isWriting() {
        return oldest < staging;
    }

    /** The oldest group beside once it is written; null when it is not, or there is none. */
    HandedGroup settled() {
        HandedGroup first = isWriting() ? groups[(int) (oldest % groups.length)] : null;
        return first != null && first.isDone() ? first : null;
    }

    /** As {@link #settled}, waiting for the group; writes it if nobody has begun to. Null only when there is none. */
    HandedGroup awaitSettled() {
        if (!isWriting()) {
            return null;
        }
        HandedGroup first = groups[(int) (oldest % groups.length)];
        if (first.claim()) {
            first.write();
        }
        while (!first.isDone()) {
            waiting = Thread.currentThread();
            if (!first.isDone()) {
                LockSupport.park(this);
            }
            waiting = null;
        }
        return first;
    }

    /** The oldest group has been seen to. */
    void settle(HandedGroup first) throws IOException {
        oldest++;
        first.free();
    }

    /** A group to be written now, by a writer; null when none waits. In any order: few wait, and none for long. */
    HandedGroup claim() {
        for (int i = groups.length - 1; i >= 0; i--) {
            if (groups[i] != null && groups[i].claim()) {
                return groups[i];
            }
        }
        return null;
    }

    /** After a writer has written. */
    void wakeJournal() {
        Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    // ---- here

    /** In pieces of the staging memory: they tear as one write would. */
    private void writeLarge() throws IOException {
        int length = large.length() - FrameLayout.HOP_LENGTH;
        int at = FrameLayout.HOP_LENGTH;
        for (int from = 0; from < length; ) {
            int count = Math.min(room - at, length - from);
            large.buffer().getBytes(from, group.staging, at, count);
            from += count;
            at += count;
            if (at == room) {
                through.write(group.staging.clear().limit(at), writtenTo);
                group.staging.clear();
                writtenTo += at;
                at = 0;
            }
        }
        int end = FrameLayout.align(at);
        zero(at, end);
        writeRest(end);
    }

    private void writeRest(int length) throws IOException {
        long at = writtenTo;
        int blocks = fillBlock(length);
        if (blocks > 0) {
            through.write(group.staging.clear().limit(blocks), at);
        }
    }

    /** Fills the last block of a group with padding, moves on behind it, and returns how long it is in whole blocks. */
    private int fillBlock(int length) {
        long end = writtenTo + length;
        int rest = Padding.lengthAt(end, segment.size());
        if (rest > 0) {
            padding.write(group.staging, length, rest, segment.tag(), lastSequence, lastDurable);
        }
        // The last bytes of a segment may have no room for a header.
        int blocks = (length + rest + Storage.BLOCK - 1) & -Storage.BLOCK;
        zero(length + rest, blocks);
        writtenTo = end + rest;
        return blocks;
    }

    private void zero(int from, int to) {
        for (int i = from; i < to; i++) {
            group.staging.put(i, (byte) 0);
        }
    }

    private void reset() {
        if (large != null) {
            large.release();
            large = null;
        }
        group.staging.clear();
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

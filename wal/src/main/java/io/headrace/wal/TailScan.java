package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log on from where its checkpoint says that the durable frames end: redoes each frame that holds, and where one does
 * not, gives the verdict. Below anything that is known to have been durable, by the checkpoint or by a later frame, it is
 * damage of acknowledged data and refuses the opening; above, it is a torn tail and is cut.
 *
 * <p>Used once, on the opening thread; changes the checkpoint's state and nothing on disk.
 */
final class TailScan {
    private static final int SEARCH_BYTES = 256 * 1024;

    private final LogSettings settings;
    private final LogMembers members;
    private final Storage storage;
    private final FoundSegments found;
    private final SegmentScanner scanner;
    private final long nowMillis;
    private final List<Range> accepted = new ArrayList<>();

    private long last;
    private long frames;
    private long bytes;
    private long cutBytes;
    private long unknownInputFrames;
    private boolean somethingAfter;

    /** Frames of one segment that are accepted above the checkpoint's durable sequence. */
    record Range(Segment segment, long from, long to) {}

    /** What was found of this life of a segment behind the last frame that holds. */
    private record Later(long durable, long end) {}

    TailScan(
            LogSettings settings,
            LogMembers members,
            Storage storage,
            FoundSegments found,
            SegmentScanner scanner,
            long nowMillis) {
        this.settings = settings;
        this.members = members;
        this.storage = storage;
        this.found = found;
        this.scanner = scanner;
        this.nowMillis = nowMillis;
    }

    /** What was accepted, in log order. */
    List<Range> accepted() {
        return accepted;
    }

    /** The sequence of the last frame that holds; that of the checkpoint when there is none above. */
    long last() {
        return last;
    }

    /** Frames that were accepted. */
    long frames() {
        return frames;
    }

    /** Bytes of those, with padding. */
    long bytes() {
        return bytes;
    }

    /** Bytes of the torn tail. */
    long cutBytes() {
        return cutBytes;
    }

    /** Frames whose input the log does not know: their positions are not kept. */
    long unknownInputFrames() {
        return unknownInputFrames;
    }

    /** Whether there was anything after the checkpoint's tail. */
    boolean foundMore() {
        return somethingAfter;
    }

    /** @param tail the checkpoint's tail; null when the log was not begun when the checkpoint was written */
    void scan(Checkpoint checkpoint, Segment tail) throws IOException {
        last = checkpoint.durable();
        Segment segment = tail;
        long from = checkpoint.tailOffset();
        if (segment == null) {
            segment = found.following(0);
            from = SegmentHeader.LENGTH;
        }
        while (segment != null) {
            Segment following = found.following(segment.index());
            long limit = following == null ? segment.size() : following.link().previousEnd();
            scanner.position(segment, from);
            boolean any = false;
            while (accept(limit, checkpoint.state())) {
                any = true;
            }
            long end = scanner.frameOffset();
            if (any) {
                accepted.add(new Range(segment, from, end));
            }
            if (checkpoint.clean() && accepted.isEmpty() && following == null) {
                // An orderly stop: nothing was written behind the tail, so nothing is searched for.
                return;
            }
            if (following == null || end != limit) {
                judge(segment, end, limit, following);
                return;
            }
            somethingAfter = true;
            segment = following;
            from = SegmentHeader.LENGTH;
        }
        judgeStrays(0);
    }

    private boolean accept(long limit, LogState state) throws IOException {
        Frame frame = scanner.next(limit, last);
        if (frame == null) {
            return false;
        }
        last = scanner.hop().sequence();
        frames++;
        bytes += frame.alignedLength();
        try {
            HopHeader hop = scanner.hop();
            if (!LogRedo.apply(frame, hop.sequence(), hop.inputNumber(), hop.inputPosition(), state, nowMillis)) {
                unknownInputFrames++;
            }
        } finally {
            frame.release();
        }
        return true;
    }

    /** No frame was accepted at {@code end}: a torn tail, or damage of what was known to be durable? */
    private void judge(Segment segment, long end, long limit, Segment following) throws IOException {
        String fault = scanner.fault();
        // What the checkpoint and the frames that hold say of it is no more than what was found.
        long durable = 0;
        long cut = 0;
        Segment searched = segment;
        Segment next = following;
        long from = end;
        long to = limit;
        while (searched != null) {
            Later later = searchLater(searched, from, to);
            durable = Math.max(durable, later.durable);
            cut += later.end > 0 ? later.end - from : 0;
            searched = next;
            next = searched == null ? null : found.following(searched.index());
            from = SegmentHeader.LENGTH;
            to = next == null
                    ? (searched == null ? 0 : searched.size())
                    : next.link().previousEnd();
        }
        somethingAfter |= cut > 0 || !accepted.isEmpty() || following != null;
        if (durable > last) {
            throw members.damaged(segment.path() + ": damaged at offset " + end + ": " + fault + "; sequences above "
                    + last + " are missing (expected: frames up to the durable sequence " + durable + ")");
        }
        judgeStrays(segment.index());
        cutBytes = cut;
    }

    /** Frames that the chain does not lead to any more may say that there was more. */
    private void judgeStrays(long index) throws IOException {
        for (StraySegments.Stray stray : new StraySegments(storage)
                .find(settings.dataFolders(), index, last)
                .values()) {
            if (stray.durable() > last) {
                throw members.damaged(stray.path() + ": nothing leads to it, "
                        + (stray.isLinked()
                                ? "segment "
                                        + Segment.nameOf(stray.header().link().previousIndex())
                                        + " is missing or damaged"
                                : "its header is damaged")
                        + "; sequences above " + last + " are missing (expected: frames up to the durable sequence "
                        + stray.durable() + ")");
            }
        }
    }

    /** Looks for hop halves of this life of the segment, at any place where a frame could begin. */
    private Later searchLater(Segment segment, long from, long to) throws IOException {
        HopHeader hop = new HopHeader();
        ByteBuffer buffer = ByteBuffer.allocateDirect(SEARCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long durable = 0;
        long end = 0;
        for (long start = from; start < to; start += SEARCH_BYTES - FrameLayout.HEADER_LENGTH) {
            buffer.clear();
            while (buffer.hasRemaining() && segment.file().read(buffer, start + buffer.position()) > 0) {
                // Reads may be short.
            }
            int length = (int) Math.min(buffer.position(), to - start);
            buffer.clear();
            for (int at = 0; at + FrameLayout.HOP_LENGTH <= length; at += FrameLayout.ALIGNMENT) {
                if (buffer.getInt(at + FrameLayout.TAG_OFFSET) == segment.tag()
                        && hop.read(buffer, at)
                        && hop.sequence() > last
                        && hop.durable() <= hop.sequence()) {
                    durable = Math.max(durable, hop.durable());
                    end = Math.max(end, Math.min(to, start + at + FrameLayout.align(Math.max(0, hop.length()))));
                }
            }
        }
        return new Later(durable, end);
    }
}

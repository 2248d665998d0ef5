package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.LongPredicate;

/**
 * Reads one part of a view, frame after frame, while its file may be released and used again at any time. What does not hold is
 * no failure here: the walk finds out whether it is damage, and reads it again or goes on behind it.
 *
 * <p>Owned by the walk's thread. Owns the file that it has open.
 */
final class PartReader implements AutoCloseable {
    /** What is passed over within this many bytes is not worth a search. */
    private static final int NEAR_BYTES = 2 * SegmentScanner.READ_BYTES;

    private final Storage storage;
    private final FrameSearch search;
    private final boolean judging;
    private final SegmentScanner scanner =
            new SegmentScanner(ByteBufAllocator.DEFAULT, (int) LogSettings.MAX_SEGMENT_BYTES);

    private Segment segment;
    private long partSequence;
    private long knownDurable;

    /**
     * What lies between a place where no frame holds and the next one that does.
     *
     * @param end where that one begins, or the part ends
     * @param resumed whether there is one
     * @param events of what is lost, as far as a header says
     */
    record Gap(long end, boolean resumed, long firstLost, long lastLost, int events) {}

    /** @param judging whether every frame is verified, also those that are passed over */
    PartReader(Storage storage, FrameSearch search, boolean judging) {
        this.storage = storage;
        this.search = search;
        this.judging = judging;
    }

    /**
     * Opens a part near the first frame that is wanted; false when its file is not there, or another life's.
     *
     * @param last only frames with sequences above this are wanted
     */
    boolean open(LogView.Part part, Checkpoint checkpoint, long last) throws IOException {
        if (part.isMissing()) {
            return false;
        }
        StorageFile file;
        try {
            file = storage.open(part.path(), Storage.OpenMode.READ);
        } catch (NoSuchFileException | FileNotFoundException e) {
            // Recycled or removed: the caller finds out whether it may be.
            return false;
        }
        segment = new Segment(part.path(), file, part.header());
        if (isReused()) {
            leave();
            return false;
        }
        if (!judging && part.index() == checkpoint.tailSegmentIndex() && last >= checkpoint.durable()) {
            // All before its tail is passed.
            scanner.position(segment, checkpoint.tailOffset());
            partSequence = checkpoint.durable();
        } else {
            scanner.position(segment, SegmentHeader.LENGTH);
            partSequence = part.header().link().base() - 1;
            if (!judging) {
                approach(part, checkpoint, last);
            }
        }
        return true;
    }

    /** Halves what is known to be full of frames until the first one that is wanted is near, so that little is read. */
    private void approach(LogView.Part part, Checkpoint checkpoint, long last) throws IOException {
        long full = part.followed() ? part.end() : part.index() == checkpoint.tailSegmentIndex() ? part.required() : 0;
        long low = SegmentHeader.LENGTH;
        long high = Math.min(full, part.size());
        while (last > partSequence && high - low > NEAR_BYTES) {
            long middle = low + FrameLayout.align((int) ((high - low) / 2));
            long found = search.find(segment, middle, high, Long.MIN_VALUE);
            if (found >= 0 && search.hop().sequence() <= last) {
                low = found;
                knowDurable(search.hop().durable());
                partSequence = search.hop().sequence() - 1;
                scanner.position(segment, found);
            } else {
                high = middle;
            }
        }
    }

    boolean isOpen() {
        return segment != null;
    }

    /** The segment that is open, or null. */
    Segment segment() {
        return segment;
    }

    /** Whether a part of another view is the one that is open, in the same life of its file. */
    boolean isIn(LogView.Part part) {
        return segment != null
                && !part.isMissing()
                && part.index() == segment.index()
                && part.header().tag() == segment.tag();
    }

    /** Whether the file has another tag now: used again, or being given one. */
    boolean isReused() throws IOException {
        SegmentHeader now = SegmentHeader.read(segment.file(), segment.path());
        return now == null || now.tag() != segment.tag();
    }

    /**
     * The next frame, whose reference is the caller's; its sequence may be one that is not wanted. Null when none holds at
     * {@link #frameOffset()}, and {@link #fault()} says why.
     */
    Frame read(LogView.Part part, long last) throws IOException {
        long limit = Math.min(part.end(), part.size());
        try {
            while (!judging && partSequence < last) {
                // Only what is returned, or judged, is worth a checksum of its content.
                long offset = scanner.offset();
                if (!scanner.skip(limit, partSequence)) {
                    return null;
                }
                if (scanner.hop().sequence() > last) {
                    scanner.position(segment, offset);
                    break;
                }
                passed();
            }
            return scanner.next(limit, partSequence);
        } catch (LogDamagedException e) {
            // The file is shorter than it was.
            scanner.releaseBuffers();
            return null;
        }
    }

    /** The frame at which this stands is done with: the next one must have a higher sequence. */
    void passed() {
        partSequence = scanner.hop().sequence();
        knowDurable(scanner.hop().durable());
    }

    /** Reads on from an offset, from the file as it is now. */
    void readAgain(long offset) {
        scanner.releaseBuffers();
        scanner.position(segment, offset);
    }

    /**
     * Whether a part of which nobody says where it ends goes on at an offset at which no frame holds: with what is left of
     * one, or with another one that holds.
     *
     * @param cut which sequences are none that can be missed
     */
    boolean goesOn(LogView.Part part, long offset, long last, LongPredicate cut) throws IOException {
        long end = Math.min(part.end(), part.size());
        long sequence = search.at(segment, offset, end) ? search.hop().sequence() : partSequence + 1;
        if (sequence > partSequence && !cut.test(sequence) && search.begins(segment, offset, end)) {
            return true;
        }
        return resume(part, offset + FrameLayout.ALIGNMENT, end, partSequence, last) >= 0
                && !cut.test(scanner.hop().sequence());
    }

    /** What is lost from an offset on at which no frame holds, and where the next one is that does. */
    Gap gap(LogView.Part part, long offset, long last) throws IOException {
        long end = Math.min(part.end(), part.size());
        boolean known = search.at(segment, offset, end) && search.hop().sequence() > partSequence;
        long sequence = known ? search.hop().sequence() : partSequence;
        int events = known ? search.events(segment, offset, search.hop().length()) : 0;
        long behind = offset + (known ? FrameLayout.align(search.hop().length()) : FrameLayout.ALIGNMENT);
        long resume = resume(part, behind, end, sequence, last);
        long to = resume >= 0 ? resume : end;
        long lastLost;
        if (known && to == behind) {
            lastLost = sequence;
        } else if (resume >= 0) {
            lastLost = scanner.hop().sequence() - 1;
        } else {
            long least = known ? sequence : partSequence + 1;
            lastLost = part.lastSequence() >= 0 ? part.lastSequence() : Math.max(knownDurable, least);
        }
        long firstLost = known && to == behind ? sequence : partSequence + 1;
        return new Gap(to, resume >= 0, firstLost, lastLost, events);
    }

    /** Where the next frame with a sequence above {@code above} is that holds; -1 when there is none. */
    private long resume(LogView.Part part, long from, long end, long above, long last) throws IOException {
        long resume = search.find(segment, from, end, above);
        while (resume >= 0 && !holds(part, resume, last)) {
            resume = search.find(segment, resume + FrameLayout.ALIGNMENT, end, above);
        }
        return resume;
    }

    private boolean holds(LogView.Part part, long offset, long last) throws IOException {
        readAgain(offset);
        Frame found = read(part, last);
        if (found == null) {
            return false;
        }
        found.release();
        return true;
    }

    /** The hop half of the frame that was read last. */
    HopHeader hop() {
        return scanner.hop();
    }

    /** Where the frame begins that was read last, or where none holds. */
    long frameOffset() {
        return scanner.frameOffset();
    }

    /** Why none holds there. */
    String fault() {
        return scanner.fault();
    }

    /** The highest sequence that is known to be durable, by whatever was read so far. */
    long knownDurable() {
        return knownDurable;
    }

    void knowDurable(long sequence) {
        knownDurable = Math.max(knownDurable, sequence);
    }

    /** Gives back the buffers; frames keep theirs. */
    void releaseBuffers() {
        scanner.releaseBuffers();
    }

    /** Closes the file. */
    void leave() throws IOException {
        if (segment != null) {
            scanner.releaseBuffers();
            StorageFile file = segment.file();
            segment = null;
            file.close();
        }
    }

    @Override
    public void close() throws IOException {
        leave();
        scanner.close();
    }
}

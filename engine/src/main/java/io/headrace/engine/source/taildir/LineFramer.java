package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.agrona.concurrent.EpochClock;

/**
 * Makes frames of the lines of a file, straight from the block that was read. A frame never goes across a position at
 * which a channel stopped in an earlier life, so that each channel either has all of it or nothing, nor into the turn of
 * another channel. Owned by the source's thread.
 */
final class LineFramer implements AutoCloseable {
    /** Bytes of one file in one turn, roughly. */
    private static final long TURN_BYTES = 1024 * 1024;

    private static final String BYTE_OFFSET_HEADER = "byteoffset";

    /** How a turn ended. */
    enum Turn {
        /** All complete lines are put. */
        END_OF_FILE,
        /** There is more, but it is another file's turn. */
        MORE,
        /** A channel has no room; the frame waits in the outlet. */
        FULL,
        /** The file does not hold any more what was read from it. */
        CHANGED
    }

    /** Where an event stands in its line. */
    private enum Part {
        WHOLE,
        FIRST,
        MIDDLE,
        LAST;

        static Part of(boolean continues, boolean cut) {
            if (cut) {
                return continues ? MIDDLE : FIRST;
            }
            return continues ? LAST : WHOLE;
        }
    }

    private final ChannelProcessor processor;
    private final FrameOutlet outlet;
    private final InputRegistry registry;
    private final TaildirCounters counters;
    private final EpochClock clock;
    private final Producer producer;
    private final BlockReader block;
    private final FrameBuilder builder;
    private final byte[] found = new byte[InputRegistry.HEAD_BYTES];
    private final CRC32C crc = new CRC32C();
    private final Headers[] partHeaders = new Headers[Part.values().length];
    private final String partKey;
    private final boolean strip;
    private final boolean offsets;
    private final boolean severalChannels;
    private final int longestLine;
    private final long maxFrames;

    private TailedFile file;
    private int index;
    private int scanned;
    private long boundary;
    private long turnEnd;
    private boolean continues;
    private boolean unfinished;

    /** Whether the file was compared in this turn with what was read of it. */
    private boolean verified;

    /** Whether it holds something else; what was read last is not to be used. */
    private boolean changed;

    private long frames;
    private long turnBegan;

    LineFramer(
            TaildirSettings settings,
            ChannelProcessor processor,
            FrameOutlet outlet,
            InputRegistry registry,
            TaildirCounters counters,
            EpochClock clock,
            long producerId) {
        this.processor = processor;
        this.outlet = outlet;
        this.registry = registry;
        this.counters = counters;
        this.clock = clock;
        producer = new Producer(producerId);
        strip = settings.lineEnding() == LineEnding.STRIP;
        offsets = settings.byteOffsetHeader();
        severalChannels = processor.channels().size() > 1;
        longestLine = Math.toIntExact(settings.maxLineBytes());
        maxFrames = settings.maxBatchCount();
        partKey = settings.linePartHeaderKey();
        partHeaders[Part.WHOLE.ordinal()] = Headers.EMPTY;
        partHeaders[Part.FIRST.ordinal()] = Headers.of(Map.of(partKey, "first"));
        partHeaders[Part.MIDDLE.ordinal()] = Headers.of(Map.of(partKey, "middle"));
        partHeaders[Part.LAST.ordinal()] = Headers.of(Map.of(partKey, "last"));
        block = new BlockReader(longestLine);
        builder = new FrameBuilder(
                FramePool.shared(),
                new FrameLimits(
                        settings.batchSize(),
                        (int) Math.min(settings.frameBytes().orElse(Long.MAX_VALUE), processor.frameBytes()),
                        FrameLimits.DEFAULT.maxEventBytes()));
    }

    /**
     * Reads a file on from its position and puts frames.
     *
     * @param unfinishedToo whether bytes after the last line feed are an event as well
     */
    Turn turn(TailedFile turnOf, boolean unfinishedToo) throws IOException {
        file = turnOf;
        frames = 0;
        turnBegan = file.position();
        verified = false;
        changed = false;
        if (!unfinishedToo && !block.holds(file) && !growthEndsLine()) {
            return contentIsUnchanged() ? Turn.END_OF_FILE : Turn.CHANGED;
        }
        try {
            return run(unfinishedToo);
        } finally {
            // Left open only by a failure; what it held is after the file's position and is read again.
            builder.discard();
        }
    }

    /** What was read of files is not to be believed any more. */
    void forget() {
        block.forget();
    }

    @Override
    public void close() {
        builder.close();
        block.close();
    }

    private Turn run(boolean unfinishedToo) throws IOException {
        index = block.seek(file);
        if (block.limit() < index && (!read(index) || block.limit() < index)) {
            if (changed) {
                block.forget();
            }
            return changed ? Turn.CHANGED : Turn.END_OF_FILE;
        }
        scanned = Math.max(index, Math.min(block.limit(), block.index(file.scannedPosition())));
        continues = startsWithinLine();
        boundary = file.input().boundaryAbove(file.position());
        turnEnd = file.input().turnAbove(file.position());
        while (true) {
            int stop = (int) Math.min(Math.min(block.limit(), index + longestLine), boundary - block.offset(0));
            int lineFeed = LineFeeds.find(block.buffer(), scanned, stop);
            scanned = lineFeed < 0 ? stop : lineFeed + 1;
            int length = scanned - index;
            boolean added;
            if (lineFeed >= 0) {
                added = add(length, true, Part.of(continues, false));
            } else if (length == longestLine) {
                added = addPart();
            } else if (length > 0 && block.offset(stop) == boundary) {
                added = add(length, false, Part.of(continues, false));
            } else if (readMore()) {
                continue;
            } else if (changed) {
                boolean put = closeFrame();
                block.forget();
                return put ? Turn.CHANGED : Turn.FULL;
            } else if (unfinishedToo && length > 0) {
                added = add(length, false, Part.of(continues, false));
            } else {
                file.scannedTo(block.offset(scanned));
                return closeFrame() ? Turn.END_OF_FILE : Turn.FULL;
            }
            if (!added) {
                return outlet.isFull() ? Turn.FULL : Turn.MORE;
            }
        }
    }

    /** Adds as much of a line that is too long as one event may hold. */
    private boolean addPart() {
        int length = longestLine;
        if (block.buffer().get(index + length - 1) == '\r') {
            // A carriage return stays with the line feed that may follow.
            length--;
        }
        if (!continues) {
            counters.splitLines.increment();
        }
        return add(length, false, Part.of(continues, true));
    }

    /**
     * Adds the event at the index, and moves the index behind it.
     *
     * @return false when the turn ends before the event
     */
    private boolean add(int length, boolean terminated, Part part) {
        int body = strip && terminated ? stripped(length) : length;
        Headers own = offsets ? withOffset(part) : partHeaders[part.ordinal()];
        if (!builder.isOpen()) {
            builder.begin(processor.intercept(file.headers()));
        }
        if (!builder.add(own, block.buffer(), index, body)) {
            if (!closeFrame() || isTurnOver() || file.isHeld()) {
                return false;
            }
            builder.begin(processor.intercept(file.headers()));
            builder.add(own, block.buffer(), index, body);
        }
        index += length;
        scanned = index;
        continues = !terminated;
        // A line that is too long is cut at the same places again, others only where they happened to end.
        unfinished = !terminated && (part == Part.WHOLE || part == Part.LAST);
        long end = block.offset(index);
        return end != boundary && end < turnEnd || closeFrame() && !isTurnOver() && !file.isHeld();
    }

    private boolean isTurnOver() {
        return frames >= maxFrames || file.position() - turnBegan >= TURN_BYTES;
    }

    /** Builds and puts the open frame, which ends at the index; false when it waits for room. */
    private boolean closeFrame() {
        if (!builder.isOpen()) {
            return true;
        }
        long end = block.offset(index);
        Frame frame = builder.build(producer, clock.time() * 1000);
        long start = file.position();
        counters.bytes.add(end - start);
        if (file.isCopy()) {
            counters.recovered.add(end - start);
        }
        frames++;
        sumTo(index);
        file.moveTo(end);
        block.copyTail(index, file);
        registry.noteRead(file);
        if (unfinished && severalChannels) {
            file.hold();
        }
        boundary = file.input().boundaryAbove(end);
        turnEnd = file.input().turnAbove(end);
        return outlet.put(file.input(), start, end, frame);
    }

    private boolean readMore() throws IOException {
        long at = block.offset(index);
        long scannedTo = block.offset(scanned);
        sumTo(index);
        boolean read = read(index);
        index = block.index(at);
        scanned = block.index(scannedTo);
        return read;
    }

    /**
     * Reads on, and looks after that, not before, whether the file still is what it was: it may be truncated and filled
     * again at any moment, and what was there then does not go on what was read earlier.
     */
    private boolean read(int keepFrom) throws IOException {
        int read = block.read(keepFrom);
        if (read > 0 || !verified) {
            verified = true;
            changed = !contentIsUnchanged();
        }
        if (read > 0 && !changed) {
            file.sawUpTo(block.offset(block.limit()));
        }
        return read > 0 && !changed;
    }

    private int stripped(int length) {
        int body = length - 1;
        return body > 0 && block.buffer().get(index + body - 1) == '\r' ? body - 1 : body;
    }

    private Headers withOffset(Part part) {
        Map<String, String> headers = new HashMap<>(partHeaders[part.ordinal()].asMap());
        headers.put(BYTE_OFFSET_HEADER, Long.toString(block.offset(index)));
        return Headers.of(headers);
    }

    /** Whether the file still begins as it did, and holds before its position what was read there. */
    private boolean contentIsUnchanged() throws IOException {
        Fingerprint head = file.entry().head();
        crc.reset();
        crc.update(found, 0, readAt(0, head.length()));
        if ((int) crc.getValue() != head.crc()) {
            return false;
        }
        // A file that was empty when it was identified shows what it is by its first bytes in the window alone.
        int begun = block.holds(file) ? Math.min(block.limit(), found.length) : 0;
        for (int i = readAt(block.offset(0), begun) == begun ? 0 : -1; i < begun; i++) {
            if (i < 0 || found[i] != block.buffer().get(i)) {
                return false;
            }
        }
        int length = file.content().tailLength();
        return length == 0
                || readAt(file.position() - length, length) == length
                        && Arrays.equals(found, 0, length, file.content().tail(), 0, length);
    }

    private int readAt(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(found, 0, length);
        while (bytes.hasRemaining() && file.channel().read(bytes, offset + bytes.position()) > 0) {
            // until all is read or the file ends
        }
        return bytes.position();
    }

    /** Adds what stands before an index to the checksum of what was read, before the block lets go of it. */
    private void sumTo(int to) {
        long from = file.content().sum().length() - block.offset(0);
        if (from >= 0 && from < to) {
            crc.reset();
            block.update(crc, (int) from, to);
            file.content().add((int) crc.getValue(), to - from);
        }
    }

    /** Looks only at what is new behind a long unfinished line, which is read in full when it ends or is to be cut. */
    private boolean growthEndsLine() throws IOException {
        long unfinished = file.scannedPosition() - file.position();
        if (unfinished <= BlockReader.BLOCK_BYTES / 2 || unfinished >= longestLine) {
            return true;
        }
        block.moveTo(file, file.scannedPosition());
        while (block.read(block.limit()) > 0) {
            int read = block.limit();
            if (LineFeeds.find(block.buffer(), 0, read) >= 0 || unfinished + read >= longestLine) {
                return true;
            }
            unfinished += read;
            file.scannedTo(block.offset(read));
            block.moveTo(file, file.scannedPosition());
        }
        return false;
    }

    /** Whether the byte before the position is not a line feed: what follows continues a line. */
    private boolean startsWithinLine() throws IOException {
        if (file.position() == 0) {
            return false;
        }
        if (file.content().tailLength() > 0) {
            return file.content().last() != '\n';
        }
        ByteBuffer last = ByteBuffer.allocate(1);
        return file.channel().read(last, file.position() - 1) == 1 && last.get(0) != '\n';
    }
}

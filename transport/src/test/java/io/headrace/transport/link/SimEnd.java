package io.headrace.transport.link;

import io.headrace.frame.FrameFile;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.headrace.wal.SimulatedDisk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * One direction of a {@link SimConnection}. Bytes go from the process to its system, which takes some ahead of what
 * arrives, and from there to the other side. Parts of files are held by the process until its system has taken the last
 * byte, and read when they arrive and not before, from the file's pages as they are then, whoever still lives.
 */
final class SimEnd implements LinkOutput {
    private final ByteBufAllocator allocator;
    private final boolean isSocket;
    private final boolean sendsFiles;
    private final int socketBytes;
    private final boolean abortsLate;
    private final ByteBuf queued = Unpooled.buffer();
    private final ArrayDeque<Region> regions = new ArrayDeque<>();
    private final ArrayDeque<Flip> flips = new ArrayDeque<>();
    private int flushed;
    private boolean filesSent;
    private boolean closed;
    private boolean aborted;
    private boolean cut;
    private boolean endReported;

    /** How many bytes were delivered. */
    private long passed;

    /** How many of all bytes the system has, those that were delivered included. */
    private long taken;

    /** A part of a file, and where among all bytes it stands. */
    private static final class Region {
        private final SimulatedDisk.Pages pages;
        private final long offset;
        private final long from;
        private final long to;
        private FrameFile file;

        Region(FrameFile file, long offset, long from, long to) {
            this.file = file;
            this.pages = ((SendingDisk.Handle) file.channel()).pages();
            this.offset = offset;
            this.from = from;
            this.to = to;
        }

        void letGo() {
            if (file != null) {
                file.release();
                file = null;
            }
        }

        /** Puts what of it lies in bytes that begin with number {@code first}. */
        void read(ByteBuffer into, long first) {
            long start = Math.max(from, first);
            long end = Math.min(to, first + into.capacity());
            if (start < end) {
                pages.read(
                        into.duplicate().position((int) (start - first)).limit((int) (end - first)),
                        offset + start - from);
            }
        }
    }

    private record Flip(long at, int mask) {}

    /** Takes no files; all that is written is on its way, and arrives also when it was closed. */
    SimEnd(ByteBufAllocator allocator) {
        this(allocator, false, false, Integer.MAX_VALUE, false);
    }

    SimEnd(ByteBufAllocator allocator, boolean sendsFiles, int socketBytes, boolean abortsLate) {
        this(allocator, true, sendsFiles, socketBytes, abortsLate);
    }

    private SimEnd(
            ByteBufAllocator allocator, boolean isSocket, boolean sendsFiles, int socketBytes, boolean abortsLate) {
        this.allocator = allocator;
        this.isSocket = isSocket;
        this.sendsFiles = sendsFiles;
        this.socketBytes = socketBytes;
        this.abortsLate = abortsLate;
    }

    // ---- for the process

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public boolean sendsFiles() {
        return sendsFiles;
    }

    @Override
    public void write(FrameFile file, long offset, long length) {
        if (isOver()) {
            file.release();
            return;
        }
        filesSent = true;
        long from = passed + queued.readableBytes();
        regions.add(new Region(file, offset, from, from + length));
        queued.writeZero((int) length);
    }

    @Override
    public void write(ByteBuf bytes) {
        if (!isOver()) {
            queued.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        }
        bytes.release();
    }

    @Override
    public void flush() {
        flushed = queued.writerIndex();
        take();
    }

    @Override
    public boolean isWritable() {
        return queued.readableBytes() < 512 * 1024;
    }

    @Override
    public long unsent() {
        return isSocket ? passed + inFlight() - taken : inFlight();
    }

    @Override
    public void close() {
        if (isOver()) {
            return;
        }
        closed = true;
        if (isSocket) {
            dropUntaken();
        } else {
            flush();
        }
    }

    @Override
    public void abort() {
        if (isOver()) {
            return;
        }
        aborted = true;
        // What only the system holds is taken back at once, or who was promised its pages gets others.
        if (!abortsLate || regions.stream().anyMatch(region -> region.file == null)) {
            reset();
        }
    }

    private boolean isOver() {
        return closed || cut || aborted;
    }

    // ---- for the system

    /** Gives up what was to be aborted: nothing more is sent where parts of files are. */
    void reset() {
        if (aborted && !closed) {
            closed = true;
            if (filesSent) {
                cut();
            } else {
                dropUntaken();
            }
        }
    }

    /** The process dies; its system sends what it has, and takes it back where it has parts of files. */
    void orphan() {
        aborted = true;
        reset();
    }

    private void take() {
        taken = Math.max(taken, Math.min(passed + inFlight(), passed + socketBytes));
        for (Region region : regions) {
            // From when it is to be aborted until it is, all that is not there yet is held.
            if (aborted || region.to > taken) {
                return;
            }
            region.letGo();
        }
    }

    private void dropUntaken() {
        int left = (int) (taken - passed);
        queued.writerIndex(queued.readerIndex() + left);
        flushed = queued.writerIndex();
        regions.removeIf(region -> {
            region.letGo();
            return region.from >= taken;
        });
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether its process has no more to do with it. */
    boolean isLeft() {
        return isOver();
    }

    /** Whether parts of files are under way. */
    boolean hasFiles() {
        return !regions.isEmpty();
    }

    /** Whether nothing more can come of it. */
    boolean isSilent() {
        return endReported;
    }

    int inFlight() {
        return flushed - queued.readerIndex();
    }

    /** Nothing more arrives, and what was under way is lost. */
    void cut() {
        cut = true;
        queued.clear();
        flushed = 0;
        taken = passed;
        regions.forEach(Region::letGo);
        regions.clear();
    }

    /** Changes a byte that is under way. */
    void flip(int at, int mask) {
        flips.add(new Flip(passed + at, mask));
    }

    /**
     * Where a frame begins that is under way, the first one at or after a place among the bytes under way, or else the
     * first one of all; -1 when there is none.
     */
    int frameFrom(int place) {
        ByteBuffer bytes = ByteBuffer.allocate(inFlight()).order(ByteOrder.LITTLE_ENDIAN);
        queued.getBytes(queued.readerIndex(), bytes.array());
        regions.forEach(region -> region.read(bytes, passed));
        int found = frameIn(bytes, place, bytes.capacity());
        return found >= 0 ? found : frameIn(bytes, 0, place);
    }

    private static int frameIn(ByteBuffer bytes, int from, int to) {
        HopHeader hop = new HopHeader();
        for (int at = from; at < Math.min(to, bytes.capacity() - FrameLayout.HEADER_LENGTH); at++) {
            int length = bytes.getInt(at);
            if (length >= FrameLayout.HEADER_LENGTH && length < 1 << 20 && hop.read(bytes, at)) {
                return at;
            }
        }
        return -1;
    }

    /** Gives up to {@code most} bytes to the other side, in a buffer of its own; then the end, when it is reached. */
    boolean deliver(int most, Consumer<ByteBuf> bytes, Runnable end) {
        int count = Math.min(most, (int) (taken - passed));
        if (count > 0) {
            bytes.accept(nextPiece(count));
            return true;
        }
        if ((closed || cut) && !endReported) {
            endReported = true;
            end.run();
            return true;
        }
        return false;
    }

    private ByteBuf nextPiece(int count) {
        ByteBuf piece = allocator.directBuffer(count, count);
        queued.readBytes(piece, count);
        ByteBuffer view = piece.nioBuffer(0, count);
        regions.forEach(region -> region.read(view, passed));
        for (Iterator<Flip> left = flips.iterator(); left.hasNext(); ) {
            Flip flip = left.next();
            int at = (int) (flip.at - passed);
            if (at < count) {
                piece.setByte(at, piece.getByte(at) ^ flip.mask);
                left.remove();
            }
        }
        passed += count;
        while (!regions.isEmpty() && regions.peek().to <= passed) {
            regions.poll().letGo();
        }
        if (!queued.isReadable()) {
            queued.clear();
            flushed = 0;
        } else if (queued.readerIndex() > 1 << 20) {
            flushed -= queued.readerIndex();
            queued.discardReadBytes();
        }
        take();
        return piece;
    }
}

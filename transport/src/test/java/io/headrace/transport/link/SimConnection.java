package io.headrace.transport.link;

import io.headrace.frame.FrameFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A connection in memory: two streams of bytes that arrive in pieces of any size, or not at all. Parts of files are read
 * when they arrive and not before, as the system would.
 */
final class SimConnection {
    /** One direction. */
    static final class End implements LinkOutput {
        private final ByteBufAllocator allocator;
        private final ByteBuf queued = Unpooled.buffer();
        private int flushed;
        private boolean closed;
        private boolean cut;
        private boolean endReported;
        private final boolean sendsFiles;
        private final ArrayDeque<Region> regions = new ArrayDeque<>();
        /** How many bytes were delivered. */
        private long passed;

        /** A part of a file, and where among all bytes it stands. */
        private record Region(FrameFile file, long offset, long from, long to) {}

        End(ByteBufAllocator allocator, boolean sendsFiles) {
            this.allocator = allocator;
            this.sendsFiles = sendsFiles;
        }

        @Override
        public boolean sendsFiles() {
            return sendsFiles;
        }

        @Override
        public void write(FrameFile file, long offset, long length) {
            if (closed || cut) {
                file.release();
                return;
            }
            long from = passed + queued.readableBytes();
            regions.add(new Region(file, offset, from, from + length));
            queued.writeZero((int) length);
        }

        /** The system takes back what it has not sent, where that stands in files. */
        @Override
        public void abort() {
            if (!regions.isEmpty()) {
                cut();
            }
            close();
        }

        private void readRegions(ByteBuf piece) {
            long end = passed + piece.readableBytes();
            Region region = regions.peek();
            while (region != null && region.from < end) {
                long from = Math.max(region.from, passed);
                long to = Math.min(region.to, end);
                ByteBuffer into = piece.nioBuffer((int) (from - passed), (int) (to - from));
                try {
                    region.file.read(into, region.offset + from - region.from);
                } catch (IOException e) {
                    // The process is dead: the system, which has the pages, goes on for a while, or not.
                    cut();
                    return;
                }
                if (to < region.to) {
                    return;
                }
                regions.poll().file.release();
                region = regions.peek();
            }
        }

        @Override
        public ByteBufAllocator allocator() {
            return allocator;
        }

        @Override
        public void write(ByteBuf bytes) {
            if (!closed && !cut) {
                queued.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
            }
            bytes.release();
        }

        @Override
        public void flush() {
            flushed = queued.writerIndex();
        }

        @Override
        public boolean isWritable() {
            return queued.readableBytes() < 512 * 1024;
        }

        @Override
        public long unsent() {
            return inFlight();
        }

        @Override
        public void close() {
            flush();
            closed = true;
        }

        boolean isClosed() {
            return closed;
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
            regions.forEach(region -> region.file.release());
            regions.clear();
        }

        /** Changes a byte that is under way. */
        void flip(int at, int mask) {
            int index = queued.readerIndex() + at;
            queued.setByte(index, queued.getByte(index) ^ mask);
        }

        /** Gives up to {@code most} bytes to the other side, in a buffer of its own; then the end, when it is reached. */
        boolean deliver(int most, Consumer<ByteBuf> bytes, Runnable end) {
            int count = Math.min(most, inFlight());
            if (count > 0) {
                ByteBuf piece = allocator.directBuffer(count, count);
                queued.readBytes(piece, count);
                readRegions(piece);
                passed += count;
                if (cut) {
                    piece.release();
                    return true;
                }
                if (!queued.isReadable()) {
                    queued.clear();
                    flushed = 0;
                } else if (queued.readerIndex() > 1 << 20) {
                    flushed -= queued.readerIndex();
                    queued.discardReadBytes();
                }
                bytes.accept(piece);
                return true;
            }
            if ((closed || cut) && !endReported) {
                endReported = true;
                end.run();
                return true;
            }
            return false;
        }
    }

    final End fromSender;
    final End fromReceiver;
    final LinkSender sender;
    LinkReceiver receiver;

    SimConnection(ByteBufAllocator allocator, LinkSender sender) {
        this(allocator, sender, false);
    }

    /** @param sendsFiles whether the sender's end takes parts of files */
    SimConnection(ByteBufAllocator allocator, LinkSender sender, boolean sendsFiles) {
        this.sender = sender;
        fromSender = new End(allocator, sendsFiles);
        fromReceiver = new End(allocator, false);
    }
}

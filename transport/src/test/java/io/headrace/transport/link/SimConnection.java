package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** A connection in memory: two streams of bytes that arrive in pieces of any size, or not at all. */
final class SimConnection {
    /** One direction. */
    static final class End implements LinkOutput {
        private final ByteBufAllocator allocator;
        private final ByteBuf queued = Unpooled.buffer();
        private int flushed;
        private boolean closed;
        private boolean cut;
        private boolean endReported;

        End(ByteBufAllocator allocator) {
            this.allocator = allocator;
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

        int inFlight() {
            return flushed - queued.readerIndex();
        }

        /** Nothing more arrives, and what was under way is lost. */
        void cut() {
            cut = true;
            queued.clear();
            flushed = 0;
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
        this.sender = sender;
        fromSender = new End(allocator);
        fromReceiver = new End(allocator);
    }
}

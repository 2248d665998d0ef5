package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLease;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Consumer;

/**
 * Encoding and decoding of a DATA message as sink and source do it, for the suite that measures them without a connection;
 * in this package because only it sees them. Owned by one thread.
 */
public final class LinkCodec {
    private final DataWriter writer = new DataWriter();
    private final Output output = new Output();
    private final Input input = new Input();
    private final LinkDecoder decoder;
    private final FixedLease lease;

    /**
     * @param frames of a message, which stay the caller's
     * @param maxFrameLength that is taken
     */
    public LinkCodec(Frame[] frames, int maxFrameLength) {
        lease = new FixedLease(frames);
        decoder = new LinkDecoder(input, PooledByteBufAllocator.DEFAULT, maxFrameLength);
    }

    /**
     * Writes the frames as one message.
     *
     * @param to takes over each buffer that would go out
     */
    public void encode(Consumer<ByteBuf> to) {
        output.to = to;
        writer.write(output, new OpenLease(lease), 0, lease.size(), 0, false);
    }

    /**
     * Decodes a whole message.
     *
     * @param in its bytes; the reference stays with the caller
     * @param to takes over the reference of each frame
     */
    public void decode(ByteBuf in, Consumer<Frame> to) {
        input.to = to;
        decoder.decode(in);
    }

    private static final class Output implements LinkOutput {
        private Consumer<ByteBuf> to;

        @Override
        public ByteBufAllocator allocator() {
            return PooledByteBufAllocator.DEFAULT;
        }

        @Override
        public void write(ByteBuf bytes) {
            to.accept(bytes);
        }

        @Override
        public void flush() {
            // There is no connection.
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public long unsent() {
            return 0;
        }

        @Override
        public void close() {
            // There is no connection.
        }
    }

    private static final class Input implements LinkDecoder.Handler {
        private Consumer<Frame> to;

        @Override
        public void onMessage(MessageType type, ByteBuf message) {
            throw new IllegalStateException("message: " + type + " (expected: DATA alone)");
        }

        @Override
        public void onData(long floor, int frames, long bytes) {
            // Counted frame by frame.
        }

        @Override
        public long beforeFrame(int alignedLength) {
            return Long.MAX_VALUE;
        }

        @Override
        public void onFrame(HopHeader hop, Frame frame) {
            to.accept(frame);
        }
    }

    private record FixedLease(Frame[] frames) implements FrameLease {
        @Override
        public int size() {
            return frames.length;
        }

        @Override
        public Frame frame(int index) {
            return frames[index];
        }

        @Override
        public long sequence(int index) {
            return index + 1L;
        }

        @Override
        public int events() {
            int events = 0;
            for (Frame frame : frames) {
                events += frame.eventCount();
            }
            return events;
        }

        @Override
        public void commit() {
            // Sent over and over.
        }

        @Override
        public void rollback() {
            // Sent over and over.
        }
    }
}

package io.headrace.transport.link;

import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.frame.HopHeader;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** One end of a connection, played by a test: writes messages as bytes, reads those that came as text. */
final class Wire implements LinkOutput, LinkDecoder.Handler {
    final List<String> said = new ArrayList<>();
    private final ByteBufAllocator allocator;
    private final LinkDecoder decoder;
    private final ByteBuf written = Unpooled.buffer();
    boolean closed;

    boolean writable = true;

    /** Of all that was written. */
    long bytes;

    Wire(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.decoder = new LinkDecoder(this, allocator, 1 << 24);
    }

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public void write(ByteBuf message) {
        bytes += message.readableBytes();
        written.writeBytes(message);
        message.release();
    }

    @Override
    public void flush() {
        decoder.decode(written);
        written.clear();
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public long unsent() {
        return 0;
    }

    @Override
    public void close() {
        flush();
        closed = true;
    }

    /** The last thing said. */
    String last() {
        return said.isEmpty() ? "" : said.get(said.size() - 1);
    }

    @Override
    public void onMessage(MessageType type, ByteBuf message) {
        said.add(
                switch (type) {
                    case HELLO -> "HELLO " + LinkMessages.hello(message).floor();
                    case WELCOME ->
                        "WELCOME kept " + LinkMessages.welcome(message).kept() + " credit "
                                + LinkMessages.welcome(message).credit();
                    case ACK -> "ACK " + LinkMessages.ackFrames(message) + " credit " + LinkMessages.ackCredit(message);
                    case REJECT ->
                        "REJECT " + LinkMessages.rejectCode(message) + " " + LinkMessages.rejectPosition(message);
                    case PING, PONG -> type + " " + LinkMessages.token(type, message);
                    case GOAWAY -> "GOAWAY " + LinkMessages.goAwayText(message);
                    default -> throw new AssertionError(type);
                });
    }

    @Override
    public void onData(long floor, int frames, long bytes) {
        said.add("DATA floor " + floor + " frames " + frames);
    }

    @Override
    public long beforeFrame(int alignedLength) {
        return alignedLength;
    }

    @Override
    public void onFrame(HopHeader hop, Frame frame) {
        said.add("FRAME " + hop.sequence());
        frame.release();
    }

    static Hello hello(StreamId stream, int connection, long floor) {
        return new Hello(LinkLayout.VERSION, stream, connection, floor, 0, 0, "agent", "channel", "");
    }

    static ByteBuf helloBytes(ByteBufAllocator allocator, StreamId stream, int connection, long floor) {
        return LinkEncoder.hello(allocator, hello(stream, connection, floor));
    }

    /** A message of any type with fields that lie and a checksum that holds. */
    static ByteBuf anyMessage(ByteBufAllocator allocator, Random random) {
        int type = 1 + random.nextInt(9);
        int usual = type > 8
                ? 12
                : new int[] {58 + random.nextInt(40), 44, 32, 32, 24 + random.nextInt(20), 24, 24, 14}[type - 1];
        int length = random.nextInt(4) > 0 ? usual : LinkLayout.PREFIX_LENGTH + random.nextInt(120);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int at = LinkLayout.PREFIX_LENGTH; at + 8 <= length; at += 4) {
            int kind = random.nextInt(6);
            if (kind < 4) {
                java.util.Arrays.fill(bytes, at, at + 4, (byte) (kind == 0 ? -1 : 0));
                bytes[at] = kind == 3 ? (byte) random.nextInt(8) : bytes[at];
            }
        }
        ByteBuf message = allocator.directBuffer(length, length).writeBytes(bytes);
        message.setIntLE(LinkLayout.LENGTH_OFFSET, length);
        message.setByte(LinkLayout.TYPE_OFFSET, type).setShortLE(LinkLayout.ZERO_OFFSET, 0);
        if (type <= 2 && length > 16 && random.nextInt(8) > 0) {
            message.setByte(LinkLayout.CODE_OFFSET, LinkLayout.VERSION);
            message.setIntLE(LinkLayout.MAGIC_OFFSET, LinkLayout.MAGIC);
        }
        message.setIntLE(LinkLayout.CRC_OFFSET, 0);
        CRC32C crc = new CRC32C();
        crc.update(message.nioBuffer());
        return message.setIntLE(LinkLayout.CRC_OFFSET, (int) crc.getValue());
    }

    /** A DATA with one frame of each position, whose number is the position; {@code bytes} a body. */
    static ByteBuf data(ByteBufAllocator allocator, long floor, int bytes, long... positions) {
        List<Frame> frames = new ArrayList<>();
        for (long position : positions) {
            Frame frame = TestFrames.of(allocator, position, bytes);
            frames.add(frame);
        }
        ByteBuf out = data(allocator, floor, frames, positions);
        frames.forEach(Frame::release);
        return out;
    }

    /** A DATA with these frames, which stay the caller's. */
    static ByteBuf data(ByteBufAllocator allocator, long floor, List<Frame> frames, long... positions) {
        ByteBuf out = allocator.directBuffer();
        Collector collector = new Collector(allocator, out);
        OpenLease lease = new OpenLease(new FixedLease(frames, positions));
        new DataWriter().write(collector, lease, 0, positions.length, floor, false);
        return out;
    }

    private record Collector(ByteBufAllocator allocator, ByteBuf out) implements LinkOutput {
        @Override
        public void write(ByteBuf bytes) {
            out.writeBytes(bytes);
            bytes.release();
        }

        @Override
        public void flush() {}

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public long unsent() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private record FixedLease(List<Frame> frames, long[] positions) implements Lease {
        @Override
        public int size() {
            return frames.size();
        }

        @Override
        public Frame frame(int index) {
            return frames.get(index);
        }

        @Override
        public long sequence(int index) {
            return positions[index];
        }

        @Override
        public int events() {
            return frames.size();
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void commit() {}

        @Override
        public long commit(byte[] token) {
            return 0;
        }

        @Override
        public void rollback() {}
    }
}

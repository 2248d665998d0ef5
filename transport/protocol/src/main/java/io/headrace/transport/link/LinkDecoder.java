package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Turns the bytes of a connection into messages and frames, believing nothing (R19): every length is bounded before
 * memory is taken, checksums are verified, unknown types refused. Large frames get memory of their own once their length
 * is known, and whoever reads puts the rest of it straight {@linkplain #room there}. Others are slices of the buffers that
 * were read, or copied once: when they straddle two buffers, and when they would pin a buffer much larger than
 * themselves.
 *
 * <p>Owned by the thread that drives the connection. A {@link LinkException} ends the connection; nothing is decoded
 * afterwards.
 */
final class LinkDecoder {
    /** What the messages mean to one side; only those that this side may get are called. */
    interface Handler {
        void onMessage(MessageType type, ByteBuf message);

        void onData(long floor, int frames, long bytes);

        /**
         * Before memory is taken for a frame.
         *
         * @return how much may be taken before its bytes come
         */
        long beforeFrame(int alignedLength);

        /** Takes over the frame's reference. */
        void onFrame(HopHeader hop, Frame frame);
    }

    /** A frame smaller than this part of its receive buffer is copied. */
    private static final int SMALL_PART = 8;

    /** A frame of so many bytes is read straight to where it stays. */
    static final int LARGE_BYTES = 32 * 1024;

    /** So many frames after a large one the next large one is expected. */
    private static final int LARGE_AGAIN = 8;

    /** While a large frame is expected, a read asks for so many bytes more than it has to: they would be copied. */
    private static final int LITTLE_MORE = 2 * 1024;

    /** Of the bytes of an unfinished frame that count as progress. */
    private static final int PROGRESS_SHIFT = 16;

    private final Handler handler;
    private final ByteBufAllocator allocator;
    private final FrameDecoder frames;
    private final int maxFrameLength;
    private final boolean takesZstd;
    private final HopHeader hop = new HopHeader();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer carry =
            ByteBuffer.allocate(LinkLayout.MAX_MESSAGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuf message = Unpooled.wrappedBuffer(carry.array());

    private boolean stopped;
    private int framesLeft;
    private long bytesLeft;
    private boolean stored;
    private boolean hopRead;
    private int paddingLeft;
    private final ReceiveBlock block;
    private long granted;
    private int bufferBytes;
    private int framesSinceLarge = LARGE_AGAIN;
    private long progress;

    LinkDecoder(Handler handler, ByteBufAllocator allocator, int maxFrameLength) {
        this(handler, allocator, maxFrameLength, false);
    }

    /** @param takesZstd whether the peer was told that compressed frames are taken */
    LinkDecoder(Handler handler, ByteBufAllocator allocator, int maxFrameLength, boolean takesZstd) {
        this.takesZstd = takesZstd;
        this.handler = handler;
        this.allocator = allocator;
        this.block = new ReceiveBlock(allocator);
        this.frames = new FrameDecoder(maxFrameLength);
        this.maxFrameLength = maxFrameLength;
    }

    /** Decodes what {@code in} completes; the reference stays with the caller. */
    void decode(ByteBuf in) {
        if (!stopped && block.isRoom(in)) {
            block.filled(in.readableBytes());
            decodeAll(block.memory());
        } else {
            bufferBytes = in.readableBytes();
            decodeAll(in);
        }
    }

    private void decodeAll(ByteBuf in) {
        boolean goesOn = true;
        while (goesOn && !stopped && in.isReadable()) {
            if (paddingLeft > 0) {
                skipPadding(in);
            } else if (framesLeft == 0) {
                decodeMessage(in);
            } else if (!hopRead) {
                decodeHop(in);
            } else if (in == block.memory()) {
                goesOn = decodeInBlock(in);
            } else {
                decodeBody(in);
            }
        }
        if (!stopped && in == block.memory() && !in.isReadable()) {
            block.close();
        }
    }

    /**
     * Where the next bytes are to be read into, so that they need not be copied: the rest of a large frame. What was read
     * there is handed to {@link #decode} in the same buffer before anything else.
     *
     * @param expected bytes that may be there to read, as far as the reader can guess
     * @return a buffer whose reference is the caller's, or null when any will do
     */
    ByteBuf room(int expected) {
        block.forgetRoom();
        if (stopped || !hopRead || bodyLength() < LARGE_BYTES) {
            return null;
        }
        if (!block.isOpen()) {
            block.begin(bodyLength(), tail(), granted, expected);
        }
        return block.room(bodyLength() + tail());
    }

    /** How much should be read at once where there is no {@link #room}: more would be copied. */
    int readAtMost() {
        if (framesSinceLarge >= LARGE_AGAIN) {
            return Integer.MAX_VALUE;
        }
        return hopRead ? bodyLength() - block.arrived() + tail() + LITTLE_MORE : LITTLE_MORE;
    }

    /** Grows with completed messages and frames and each full 64 KiB of an unfinished one: what a silent peer does not do. */
    long progress() {
        return progress + (block.arrived() >>> PROGRESS_SHIFT);
    }

    /** Whether a DATA has begun and more of it is to come. */
    boolean isWithinData() {
        return framesLeft > 0;
    }

    /** Bytes of frames that were copied from one buffer into another so far. */
    long copied() {
        return block.copied();
    }

    /** Frees what is unfinished; later bytes are ignored. */
    void stop() {
        stopped = true;
        block.close();
    }

    private void decodeMessage(ByteBuf in) {
        if (!fill(in, LinkLayout.PREFIX_LENGTH)) {
            return;
        }
        int length = carry.getInt(LinkLayout.LENGTH_OFFSET);
        MessageType type = MessageType.ofCode(carry.get(LinkLayout.TYPE_OFFSET));
        if (type == null) {
            throw protocol("message type: " + carry.get(LinkLayout.TYPE_OFFSET) + " (expected: 1 to 8)");
        }
        if (length < LinkLayout.PREFIX_LENGTH || length > LinkLayout.MAX_MESSAGE_LENGTH) {
            throw protocol(type + " length: " + Integer.toUnsignedString(length) + " (expected: "
                    + LinkLayout.PREFIX_LENGTH + " to " + LinkLayout.MAX_MESSAGE_LENGTH + ")");
        }
        if (carry.getShort(LinkLayout.ZERO_OFFSET) != 0) {
            throw protocol(type + " reserved field: " + carry.getShort(LinkLayout.ZERO_OFFSET) + " (expected: 0)");
        }
        if (!fill(in, length)) {
            return;
        }
        checkMessage(type, length);
        carry.clear();
        progress++;
        if (type == MessageType.DATA) {
            beginData(length);
        } else {
            handler.onMessage(type, message.setIndex(0, length));
        }
    }

    private void checkMessage(MessageType type, int length) {
        int stored = carry.getInt(LinkLayout.CRC_OFFSET);
        carry.putInt(LinkLayout.CRC_OFFSET, 0);
        crc.reset();
        crc.update(carry.array(), 0, length);
        if ((int) crc.getValue() != stored) {
            throw new LinkException(RejectCode.CHECKSUM, 0, "checksum of " + type + " does not hold");
        }
    }

    private void beginData(int length) {
        if (length != LinkLayout.DATA_LENGTH) {
            throw protocol("DATA length: " + length + " (expected: " + LinkLayout.DATA_LENGTH + ")");
        }
        long floor = carry.getLong(LinkLayout.DATA_FLOOR_OFFSET);
        long bytes = carry.getLong(LinkLayout.DATA_BYTES_OFFSET);
        int count = carry.getInt(LinkLayout.DATA_COUNT_OFFSET);
        int code = carry.get(LinkLayout.CODE_OFFSET);
        if (code != LinkLayout.DATA_PLAIN && code != LinkLayout.DATA_STORED) {
            throw protocol("code of a DATA: " + code + " (expected: " + LinkLayout.DATA_PLAIN + " or "
                    + LinkLayout.DATA_STORED + ")");
        }
        if (count < 1 || count > LinkLayout.MAX_FRAMES) {
            throw protocol("frames of a DATA: " + Integer.toUnsignedString(count) + " (expected: 1 to "
                    + LinkLayout.MAX_FRAMES + ")");
        }
        long least = (long) count * LinkLayout.MIN_FRAME_BYTES;
        long most = (long) count * FrameLayout.align(maxFrameLength);
        if (bytes < least || bytes > most) {
            throw new LinkException(
                    bytes > most ? RejectCode.TOO_LARGE : RejectCode.PROTOCOL,
                    0,
                    "bytes of a DATA of " + count + " frames: " + bytes + " (expected: " + least + " to " + most + ")");
        }
        LinkMessages.checkFloor(floor);
        handler.onData(floor, count, bytes);
        framesLeft = count;
        bytesLeft = bytes;
        stored = code == LinkLayout.DATA_STORED;
    }

    private void decodeHop(ByteBuf in) {
        if (!fill(in, FrameLayout.HOP_LENGTH)) {
            return;
        }
        carry.clear();
        if (!hop.read(carry, 0)) {
            throw new LinkException(RejectCode.CHECKSUM, 0, "checksum of a frame's hop half does not hold");
        }
        boolean ofALog = hop.tag() != 0;
        if (ofALog != stored || !stored && (hop.inputNumber() != 0 || hop.inputPosition() != 0)) {
            throw protocol("hop half of frame " + hop.sequence() + ": tag " + Integer.toHexString(hop.tag())
                    + ", input " + hop.inputNumber() + " (expected: " + (stored ? "those of a log" : "zeros") + ")");
        }
        if (hop.sequence() < 1 || hop.sequence() > LinkLayout.MAX_POSITION) {
            throw protocol("position: " + hop.sequence() + " (expected: 1 to " + LinkLayout.MAX_POSITION + ")");
        }
        try {
            frames.checkLength(hop.length());
        } catch (FrameException e) {
            RejectCode code = hop.length() > maxFrameLength ? RejectCode.TOO_LARGE : RejectCode.PROTOCOL;
            throw new LinkException(code, hop.sequence(), e.getMessage());
        }
        int aligned = FrameLayout.align(hop.length());
        long othersLeast = (framesLeft - 1L) * LinkLayout.MIN_FRAME_BYTES;
        if (aligned > bytesLeft - othersLeast || framesLeft == 1 && aligned != bytesLeft) {
            throw protocol("frame of " + aligned + " bytes with padding, " + bytesLeft + " are left for " + framesLeft
                    + " frames of the DATA (expected: frames that fill it)");
        }
        granted = handler.beforeFrame(aligned);
        hopRead = true;
        framesSinceLarge = bodyLength() < LARGE_BYTES ? Math.min(LARGE_AGAIN, framesSinceLarge + 1) : 0;
    }

    private void decodeBody(ByteBuf in) {
        int length = bodyLength();
        if (block.isOpen() || in.readableBytes() < length) {
            if (!block.isOpen()) {
                block.begin(length, tail(), granted, 0);
            }
            block.copy(in, length);
            if (block.arrived() == length) {
                finishOf(block.memory(), length, block.planned());
                block.close();
            }
        } else {
            finishOf(in, length, bufferBytes);
        }
    }

    /** Whether the block had the whole frame; if not, the rest is awaited, where there is room for it. */
    private boolean decodeInBlock(ByteBuf memory) {
        int length = bodyLength();
        if (memory.readableBytes() >= length) {
            finishOf(memory, length, block.planned());
            return true;
        }
        if (!block.holds(length)) {
            memory.retain();
            try {
                block.close();
                block.begin(length, tail(), granted, 0);
                block.copy(memory, length);
            } finally {
                memory.release();
            }
        }
        return false;
    }

    /**
     * Finishes a frame that lies in one buffer.
     *
     * @param filled how many bytes of the buffer are or will be in use
     */
    private void finishOf(ByteBuf in, int length, int filled) {
        int pinned = pinnedBytes(length, in.capacity(), filled);
        if (pinned == 0) {
            ByteBuf body = allocator.directBuffer(length, length);
            in.readBytes(body, length);
            block.countCopy(length);
            finish(body, length);
        } else {
            finish(in.readRetainedSlice(length), in == block.memory() ? block.withSpare(pinned) : pinned);
        }
    }

    /** Length of origin half and payload of the frame whose hop half was read. */
    private int bodyLength() {
        return FrameLayout.inOrigin(hop.length());
    }

    /** Bytes behind the frame up to the end of the next one's hop half. */
    private int tail() {
        int padding = FrameLayout.align(hop.length()) - hop.length();
        return padding + (framesLeft > 1 ? 0 : LinkLayout.DATA_LENGTH) + FrameLayout.HOP_LENGTH;
    }

    private void finish(ByteBuf body, int pinned) {
        Frame frame;
        try {
            frame = frames.decodeUntrusted(body, pinned, takesZstd);
        } catch (FrameException e) {
            RejectCode code = isWhole(body) ? codeOf(e.reason()) : RejectCode.CHECKSUM;
            body.release();
            throw new LinkException(code, hop.sequence(), e.getMessage());
        }
        int aligned = frame.alignedLength();
        paddingLeft = aligned - frame.length();
        bytesLeft -= aligned;
        framesLeft--;
        hopRead = false;
        // What counted while it came does so on.
        progress += 1 + (frame.length() >>> PROGRESS_SHIFT);
        if (frame.type() != FrameType.DATA) {
            String found = "frame type: " + frame.type();
            frame.release();
            throw new LinkException(RejectCode.CODEC, hop.sequence(), found + " (expected: DATA)");
        }
        handler.onFrame(hop, frame);
    }

    /** R18: a bit that turned over on the way may look like a version or a type, and that would be the peer's mistake. */
    private boolean isWhole(ByteBuf body) {
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        crc.reset();
        crc.update(body.nioBuffer(body.readerIndex() + checked, body.readableBytes() - checked));
        return (int) crc.getValue()
                == body.getIntLE(body.readerIndex() + FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET));
    }

    /**
     * What a slice is charged: its share of the buffer, or 0 when it is to be copied because the buffer is mostly empty
     * or the frame a small part of it.
     */
    private static int pinnedBytes(int length, int capacity, int filled) {
        long share = (long) length * capacity / Math.max(1, filled);
        boolean copy = length < capacity / SMALL_PART || share > 2L * length;
        return copy ? 0 : (int) share;
    }

    private void skipPadding(ByteBuf in) {
        int skip = Math.min(paddingLeft, in.readableBytes());
        for (int i = 0; i < skip; i++) {
            if (in.readByte() != 0) {
                throw protocol("padding of a frame (expected: zeros)");
            }
        }
        paddingLeft -= skip;
    }

    /** Whether the carry holds {@code length} bytes of the current message or hop half. */
    private boolean fill(ByteBuf in, int length) {
        int take = Math.min(length - carry.position(), in.readableBytes());
        if (take > 0) {
            carry.limit(carry.position() + take);
            in.readBytes(carry);
            carry.limit(carry.capacity());
        }
        return carry.position() >= length;
    }

    private static RejectCode codeOf(FrameException.Reason reason) {
        return switch (reason) {
            case LENGTH, STRUCTURE -> RejectCode.STRUCTURE;
            case VERSION -> RejectCode.VERSION;
            case TYPE -> RejectCode.CODEC;
            case CHECKSUM -> RejectCode.CHECKSUM;
        };
    }

    private static LinkException protocol(String message) {
        return new LinkException(RejectCode.PROTOCOL, 0, message);
    }
}

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
 * memory is taken, checksums are verified, unknown types refused. Frames are slices of the buffers that were read, or
 * copied once: when they straddle two buffers, and when they would pin a buffer much larger than themselves.
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

    /** Memory taken for a frame at first when it straddles buffers; it doubles while bytes really come. */
    private static final int FIRST_ASSEMBLY = 1024 * 1024;

    /** Memory that a frame may take at once in any case. */
    private static final int LEAST_ASSEMBLY = 64 * 1024;

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
    private ByteBuf assembly;
    private int firstAssembly;
    private int bufferBytes;
    private long progress;

    LinkDecoder(Handler handler, ByteBufAllocator allocator, int maxFrameLength) {
        this(handler, allocator, maxFrameLength, false);
    }

    /** @param takesZstd whether the peer was told that compressed frames are taken */
    LinkDecoder(Handler handler, ByteBufAllocator allocator, int maxFrameLength, boolean takesZstd) {
        this.takesZstd = takesZstd;
        this.handler = handler;
        this.allocator = allocator;
        this.frames = new FrameDecoder(maxFrameLength);
        this.maxFrameLength = maxFrameLength;
    }

    /** Decodes what {@code in} completes; the reference stays with the caller. */
    void decode(ByteBuf in) {
        bufferBytes = in.readableBytes();
        while (!stopped && in.isReadable()) {
            if (paddingLeft > 0) {
                skipPadding(in);
            } else if (framesLeft == 0) {
                decodeMessage(in);
            } else if (!hopRead) {
                decodeHop(in);
            } else {
                decodeBody(in);
            }
        }
    }

    /** Counts completed messages, frames and each full 64 KiB of an unfinished one: what a silent peer does not do. */
    long progress() {
        return assembly == null ? progress : progress + (assembly.readableBytes() >>> 16);
    }

    /** Frees what is unfinished; later bytes are ignored. */
    void stop() {
        stopped = true;
        if (assembly != null) {
            assembly.release();
            assembly = null;
        }
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
        long covered = handler.beforeFrame(aligned);
        firstAssembly = (int) Math.min(FIRST_ASSEMBLY, Math.max(LEAST_ASSEMBLY, covered));
        hopRead = true;
    }

    private void decodeBody(ByteBuf in) {
        int length = FrameLayout.inOrigin(hop.length());
        ByteBuf body;
        int pinned;
        if (assembly == null && in.readableBytes() >= length) {
            pinned = pinnedBytes(length, in.capacity());
            if (pinned == 0) {
                pinned = length;
                body = allocator.directBuffer(length, length);
                in.readBytes(body, length);
            } else {
                body = in.readRetainedSlice(length);
            }
        } else {
            if (assembly == null) {
                assembly = allocator.directBuffer(Math.min(length, firstAssembly), length);
            }
            int take = Math.min(in.readableBytes(), length - assembly.readableBytes());
            in.readBytes(assembly, reserve(take));
            if (assembly.readableBytes() < length) {
                return;
            }
            body = assembly;
            pinned = body.capacity();
            assembly = null;
        }
        finish(body, pinned);
    }

    /** Grows the assembly at most to twice of what really came. */
    private int reserve(int take) {
        int needed = assembly.readableBytes() + take;
        if (needed > assembly.capacity()) {
            assembly.capacity((int) Math.min(assembly.maxCapacity(), 2L * needed));
        }
        return take;
    }

    private void finish(ByteBuf body, int pinned) {
        Frame frame;
        try {
            frame = frames.decodeUntrusted(body, pinned, takesZstd);
        } catch (FrameException e) {
            body.release();
            throw new LinkException(codeOf(e.reason()), hop.sequence(), e.getMessage());
        }
        int aligned = frame.alignedLength();
        paddingLeft = aligned - frame.length();
        bytesLeft -= aligned;
        framesLeft--;
        hopRead = false;
        progress++;
        if (frame.type() != FrameType.DATA) {
            String found = "frame type: " + frame.type();
            frame.release();
            throw new LinkException(RejectCode.CODEC, hop.sequence(), found + " (expected: DATA)");
        }
        handler.onFrame(hop, frame);
    }

    /**
     * What a slice is charged: its share of the buffer, or 0 when it is to be copied because the buffer is mostly empty
     * or the frame a small part of it.
     */
    private int pinnedBytes(int length, int capacity) {
        long share = (long) length * capacity / Math.max(1, bufferBytes);
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

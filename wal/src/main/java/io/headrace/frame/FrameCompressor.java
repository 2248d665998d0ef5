package io.headrace.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Makes compressed frames of plain ones and plain ones of compressed ones. Bytes 48 to 80 and the shared headers stay, so
 * that it is the same frame for everybody who knows frames by producer and number; flags, events and checksum are new.
 * zstd (RFC 8878) is done by zstd-jni, which may be missing: {@link #unavailable()}.
 *
 * <p>Safe for any thread.
 */
public final class FrameCompressor {
    /** Level used where nothing else is said; {@code transport/PROTOCOL.md} has the measurement. */
    public static final int DEFAULT_LEVEL = 1;

    /** Highest level: those above take memory by the hundred MiB. */
    public static final int MAX_LEVEL = 19;

    /** Events of fewer bytes are left as they are: the context costs more than the bytes. */
    static final int LEAST_BYTES = 512;

    /** What does not get smaller by this part is left as it is: every reader would pay for nothing. */
    private static final int LEAST_GAIN = 16;

    private static final int PAYLOAD = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);

    /** Looks for the native library once, and only when somebody asks. */
    private static final class Library {
        static final String UNAVAILABLE = probe();

        private static String probe() {
            try {
                Zstd.load();
                return null;
            } catch (LinkageError | RuntimeException e) {
                Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
                return "zstd-jni cannot be loaded: " + cause;
            }
        }
    }

    private final int level;

    /**
     * @param level of zstd, 1 for speed to {@value #MAX_LEVEL} for size
     * @throws IllegalStateException when zstd is not there
     */
    public FrameCompressor(int level) {
        if (level < 1 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("compressionLevel: " + level + " (expected: 1 to " + MAX_LEVEL + ")");
        }
        if (unavailable() != null) {
            throw new IllegalStateException("compression: zstd (expected: none, " + unavailable() + ")");
        }
        this.level = level;
    }

    /**
     * Why frames can neither be compressed nor inflated by this process, or null when they can. Loads the native library at
     * the first call, which writes it to the folder of temporary files: not for an event loop.
     */
    public static String unavailable() {
        return Library.UNAVAILABLE;
    }

    /**
     * The same frame with compressed events, or {@code frame} itself, retained, where that is not for it: of another type
     * than DATA, compressed already, small, larger than {@link FrameLayout#MAX_INFLATED_BYTES}, or hardly smaller afterwards.
     *
     * @return a frame whose reference is the caller's
     */
    public Frame compress(Frame frame, ByteBufAllocator allocator) {
        int at = PAYLOAD + frame.sharedHeadersLength();
        int length = frame.length() - FrameLayout.HOP_LENGTH - at;
        boolean may = frame.type() == FrameType.DATA
                && !frame.isCompressed()
                && length >= LEAST_BYTES
                && length <= FrameLayout.MAX_INFLATED_BYTES;
        if (!may) {
            return frame.retain();
        }
        ByteBuffer bytes = frame.nioBuffer();
        int room = Zstd.bound(length);
        ByteBuf packed = allocator.directBuffer(room, room);
        try {
            int packedLength = Zstd.compress(level, bytes, at, length, packed);
            if (packedLength + Integer.BYTES > length - length / LEAST_GAIN) {
                return frame.retain();
            }
            ByteBuf made = allocator.directBuffer(at + Integer.BYTES + packedLength);
            made.writeBytes(bytes.position(0).limit(at)).writeIntLE(length).writeBytes(packed, 0, packedLength);
            return finished(made, frame.flags() | FrameLayout.FLAG_COMPRESSED);
        } finally {
            packed.release();
        }
    }

    /**
     * The same frame with its events as they were before they were compressed, or {@code frame} itself, retained, when they
     * are not.
     *
     * @return a frame whose reference is the caller's
     * @throws FrameException when it cannot be inflated
     */
    public static Frame inflate(Frame frame, ByteBufAllocator allocator) {
        if (!frame.isCompressed()) {
            return frame.retain();
        }
        ByteBuffer bytes = frame.nioBuffer();
        int shared = frame.sharedHeadersLength();
        int length = CompressedEvents.checkedLength(frame.buffer(), shared, bytes);
        int at = PAYLOAD + shared;
        int from = at + Integer.BYTES;
        int packedLength = bytes.capacity() - from;
        ByteBuf made = allocator.directBuffer(at + length);
        try {
            made.writeBytes(bytes.duplicate().position(0).limit(at));
            CompressedEvents.checkInflated(Zstd.inflate(bytes, from, packedLength, made, length), length);
            made.writerIndex(at + length);
            return finished(made, frame.flags() & ~FrameLayout.FLAG_COMPRESSED);
        } catch (RuntimeException e) {
            made.release();
            throw e;
        }
    }

    /** Takes over the reference. */
    private static Frame finished(ByteBuf made, int flags) {
        made.setShortLE(FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET), flags);
        int checked = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);
        CRC32C crc = new CRC32C();
        crc.update(made.internalNioBuffer(checked, made.writerIndex() - checked));
        made.setIntLE(FrameLayout.inOrigin(FrameLayout.ORIGIN_CRC_OFFSET), (int) crc.getValue());
        // What the allocator rounds up to is pinned all the same.
        return new Frame(new FrameRoom(made, made.writerIndex() + made.maxFastWritableBytes()));
    }
}

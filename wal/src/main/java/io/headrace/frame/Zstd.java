package io.headrace.frame;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jctools.queues.MpmcArrayQueue;

/**
 * The only class that names zstd-jni, whose native library is loaded with it: to be touched only where {@link
 * FrameCompressor#unavailable()} is null.
 *
 * <p>Contexts of the library (some 100 KiB of native memory to inflate, some MiB to compress) are lent to a caller for one
 * frame and kept for the next, up to {@value #KEPT} of a kind: they belong to no thread, so none is lost when a thread
 * ends. Safe for any thread.
 */
final class Zstd {
    private static final int KEPT = 16;

    private static final MpmcArrayQueue<ZstdDecompressCtx> INFLATERS = new MpmcArrayQueue<>(KEPT);
    private static final ConcurrentMap<Integer, MpmcArrayQueue<ZstdCompressCtx>> COMPRESSORS =
            new ConcurrentHashMap<>();

    private Zstd() {}

    /** Loads the native library. */
    static void load() {
        Native.load();
    }

    static int bound(int length) {
        return Math.toIntExact(com.github.luben.zstd.Zstd.compressBound(length));
    }

    /** The inflated length that compressed bytes claim, or a negative number. */
    static long contentSize(ByteBuffer from, int offset, int length) {
        return from.isDirect()
                ? com.github.luben.zstd.Zstd.getDirectByteBufferFrameContentSize(from, offset, length)
                : com.github.luben.zstd.Zstd.getFrameContentSize(from.array(), from.arrayOffset() + offset, length);
    }

    /**
     * Compresses {@code length} bytes from the absolute index {@code offset} behind the writer index of {@code into}, direct
     * memory with room for {@link #bound}.
     */
    static int compress(int level, ByteBuffer from, int offset, int length, ByteBuf into) {
        MpmcArrayQueue<ZstdCompressCtx> kept = COMPRESSORS.computeIfAbsent(level, unused -> new MpmcArrayQueue<>(KEPT));
        ZstdCompressCtx context = kept.poll();
        if (context == null) {
            context = new ZstdCompressCtx().setLevel(level).setChecksum(false).setContentSize(true);
        }
        try {
            int room = into.writableBytes();
            ByteBuffer out = into.internalNioBuffer(into.writerIndex(), room);
            return context.compressDirectByteBuffer(out, out.position(), room, from, offset, length);
        } finally {
            giveBack(kept, context);
        }
    }

    /**
     * Inflates into an array.
     *
     * @return how many bytes it were
     * @throws FrameException when it is not zstd's format or is longer than {@code room}
     */
    static int inflate(ByteBuffer from, int offset, int length, byte[] into, int room) {
        ZstdDecompressCtx context = inflater();
        try {
            return from.isDirect()
                    ? context.decompressDirectByteBufferToByteArray(into, 0, room, from, offset, length)
                    : context.decompressByteArray(into, 0, room, from.array(), from.arrayOffset() + offset, length);
        } catch (ZstdException e) {
            throw damaged(e);
        } finally {
            giveBack(INFLATERS, context);
        }
    }

    /** As {@link #inflate(ByteBuffer, int, int, byte[], int)}, behind the writer index of direct memory. */
    static int inflate(ByteBuffer from, int offset, int length, ByteBuf into, int room) {
        ZstdDecompressCtx context = inflater();
        try {
            ByteBuffer out = into.internalNioBuffer(into.writerIndex(), room);
            return from.isDirect()
                    ? context.decompressDirectByteBuffer(out, out.position(), room, from, offset, length)
                    : context.decompressByteArrayToDirectByteBuffer(
                            out, out.position(), room, from.array(), from.arrayOffset() + offset, length);
        } catch (ZstdException e) {
            throw damaged(e);
        } finally {
            giveBack(INFLATERS, context);
        }
    }

    private static ZstdDecompressCtx inflater() {
        ZstdDecompressCtx context = INFLATERS.poll();
        return context == null ? new ZstdDecompressCtx() : context;
    }

    /** What failed leaves a context as good as new: each call begins a session of its own. */
    private static <T extends AutoCloseable> void giveBack(MpmcArrayQueue<T> kept, T context) {
        if (!kept.offer(context)) {
            close(context);
        }
    }

    private static void close(AutoCloseable context) {
        try {
            context.close();
        } catch (Exception e) {
            throw new IllegalStateException("a context of zstd cannot be closed", e);
        }
    }

    private static FrameException damaged(ZstdException e) {
        return new FrameException(
                FrameException.Reason.STRUCTURE,
                "compressed events: " + e.getMessage() + " (expected: zstd's format, as long as it says)");
    }
}

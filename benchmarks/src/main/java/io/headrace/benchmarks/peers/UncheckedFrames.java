package io.headrace.benchmarks.peers;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames without a checksum, to see what that costs; a memory channel does not look at it. The product builds none, so
 * that the constructor of a frame and a producer's numbers have to be reached past their access. Owned by one thread.
 */
final class UncheckedFrames {
    private static final MethodHandle FRAME;
    private static final MethodHandle TAKE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(Frame.class, MethodHandles.lookup());
            FRAME = lookup.findConstructor(Frame.class, MethodType.methodType(void.class, ByteBuf.class, int.class));
            TAKE = lookup.findVirtual(Producer.class, "take", MethodType.methodType(long.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** With as many events as fit into 1 MiB, {@code most} at most. */
    Frame build(Bodies bodies, int body, int most, Producer producer) {
        int each = FrameLayout.EVENT_PREFIX_LENGTH + bodies.length();
        int header = FrameLayout.inOrigin(FrameLayout.HEADER_LENGTH);
        int events = Math.min(most, Math.max(1, (FrameLayout.MAX_FRAME_BYTES - header) / each));
        int length = header + events * each;
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(length);
        ByteBuffer nio = memory.internalNioBuffer(0, length);
        view.wrap(nio, nio.position(), length);
        view.setMemory(0, header, (byte) 0);
        view.putByte(FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET), FrameLayout.VERSION);
        view.putByte(FrameLayout.inOrigin(FrameLayout.TYPE_OFFSET), FrameType.DATA.code());
        putLong(FrameLayout.PRODUCER_OFFSET, producer.id());
        putLong(FrameLayout.FIRST_EVENT_OFFSET, firstEvent(producer, events));
        view.putInt(FrameLayout.inOrigin(FrameLayout.EVENT_COUNT_OFFSET), events, ByteOrder.LITTLE_ENDIAN);
        int next = body;
        for (int at = header; at < length; at += each) {
            view.putLong(at, bodies.length(), ByteOrder.LITTLE_ENDIAN);
            view.putBytes(at + FrameLayout.EVENT_PREFIX_LENGTH, bodies.buffer(), bodies.offset(next), bodies.length());
            next = next + 1 == bodies.count() ? 0 : next + 1;
        }
        view.wrap(0, 0);
        return frame(memory.writerIndex(length));
    }

    private void putLong(int offset, long value) {
        view.putLong(FrameLayout.inOrigin(offset), value, ByteOrder.LITTLE_ENDIAN);
    }

    private static long firstEvent(Producer producer, int events) {
        try {
            return (long) TAKE.invokeExact(producer, events);
        } catch (Throwable e) {
            throw new IllegalStateException("a producer gave no number", e);
        }
    }

    private static Frame frame(ByteBuf memory) {
        try {
            return (Frame) FRAME.invokeExact(memory, memory.capacity());
        } catch (Throwable e) {
            throw new IllegalStateException("a frame could not be made of its memory", e);
        }
    }
}

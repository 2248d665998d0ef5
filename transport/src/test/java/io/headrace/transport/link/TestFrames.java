package io.headrace.transport.link;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames whose first body begins with a number, so that a test knows them again. */
public final class TestFrames {
    /** Takes little memory at first; one event may be as long as it likes. */
    private static final FrameLimits SMALL = new FrameLimits(1, 1024, FrameLayout.DEFAULT_MAX_EVENT_BYTES);

    /** What is released is built into again soon, so that whoever still sends it is found out. */
    private static final FramePool POOL = new FramePool(PooledByteBufAllocator.DEFAULT, 1024 * 1024);

    private TestFrames() {}

    /** One event of {@code bytes} bytes, at least 8. */
    public static Frame of(ByteBufAllocator allocator, long id, int bytes) {
        return of(allocator, id, 1, bytes, 0);
    }

    /** {@code events} events of {@code bytes} bytes each. */
    public static Frame of(ByteBufAllocator allocator, long id, int events, int bytes, long createdMicros) {
        return of(allocator, 7, id, events, bytes, createdMicros);
    }

    /** The same of some producer. */
    public static Frame of(
            ByteBufAllocator allocator, long producer, long id, int events, int bytes, long createdMicros) {
        FrameLimits limits = events == 1 ? SMALL : FrameLimits.DEFAULT;
        try (FrameBuilder builder =
                isOfAll(allocator) ? new FrameBuilder(POOL, limits) : new FrameBuilder(allocator, limits)) {
            builder.begin(Headers.EMPTY);
            byte[] body = body(id, Math.max(Long.BYTES, bytes));
            for (int i = 0; i < events; i++) {
                builder.add(body);
            }
            return builder.build(new Producer(producer), createdMicros);
        }
    }

    /** Others belong to tests that count what is taken of them. */
    private static boolean isOfAll(ByteBufAllocator allocator) {
        return allocator == PooledByteBufAllocator.DEFAULT || allocator == UnpooledByteBufAllocator.DEFAULT;
    }

    /** The number of a frame. */
    public static long idOf(Frame frame) {
        EventCursor cursor = new EventCursor().wrap(frame);
        cursor.next();
        byte[] body = cursor.body();
        long id = ByteBuffer.wrap(body).getLong();
        int differs = Arrays.mismatch(body, body(id, body.length));
        if (differs >= 0) {
            throw new AssertionError("content of frame " + id + " at " + differs);
        }
        return id;
    }

    private static byte[] body(long id, int bytes) {
        byte[] body = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            body[i] = (byte) (id + i);
        }
        ByteBuffer.wrap(body).putLong(id);
        return body;
    }
}

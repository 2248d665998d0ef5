package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FrameType;
import io.headrace.wal.InputKey;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Makes the frames that carry no events. */
final class ControlFrames {
    private static final FrameLimits LIMITS = new FrameLimits(1, 1_024, 1_024);

    private ControlFrames() {}

    /**
     * Gives an input its number: {@code number u32, kind u8, key length u16, key}.
     *
     * @param createdMicros microseconds since the epoch
     */
    static Frame input(int number, InputKey key, long createdMicros) {
        byte[] id = key.id().getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload =
                ByteBuffer.allocate(Integer.BYTES + 1 + Short.BYTES + id.length).order(ByteOrder.LITTLE_ENDIAN);
        payload.putInt(number)
                .put((byte) key.kind().ordinal())
                .putShort((short) id.length)
                .put(id);
        return build(FrameType.INPUT, payload.array(), createdMicros);
    }

    /** Moves the position of an input, which stands in the hop half. */
    static Frame mark(long createdMicros) {
        return build(FrameType.MARK, new byte[0], createdMicros);
    }

    private static Frame build(FrameType type, byte[] payload, long createdMicros) {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, LIMITS)) {
            return builder.buildControl(type, payload, createdMicros);
        }
    }
}

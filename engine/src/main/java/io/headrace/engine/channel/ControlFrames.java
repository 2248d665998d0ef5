package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.wal.InputFrames;
import io.headrace.wal.InputKey;
import io.netty.buffer.PooledByteBufAllocator;

/** Makes the frames that carry no events; creation times are microseconds since the epoch. */
final class ControlFrames {
    private static final FrameLimits LIMITS = new FrameLimits(1, 1_024, 1_024);

    private ControlFrames() {}

    /** Gives an input its number (R7). */
    static Frame input(int number, InputKey key, long createdMicros) {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, LIMITS)) {
            return InputFrames.input(builder, number, key, createdMicros);
        }
    }

    /** Moves the position of an input, which stands in the hop half. */
    static Frame mark(long createdMicros) {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, LIMITS)) {
            return InputFrames.mark(builder, createdMicros);
        }
    }
}

package io.headrace.benchmarks;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;

/** Frames for suites to move, each of the same number of events, all different. */
final class Frames {
    private Frames() {}

    /**
     * Builds frames of {@code events} events of {@code eventBytes} bytes; the references are the caller's.
     *
     * @param producerId of all of them
     * @param eventBytes at least 64
     */
    static Frame[] build(long producerId, int frames, int events, int eventBytes) {
        GeneratedLines lines = new GeneratedLines(producerId, frames * events, eventBytes);
        Producer producer = new Producer(producerId);
        Frame[] built = new Frame[frames];
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            for (int i = 0; i < frames; i++) {
                builder.begin(Headers.EMPTY);
                for (int line = i * events; line < (i + 1) * events; line++) {
                    if (!builder.add(lines.bytes(), lines.offset(line), lines.length(line))) {
                        throw new IllegalArgumentException("events: " + events + " of " + eventBytes
                                + " bytes (expected: at most " + FrameLimits.DEFAULT.frameBytes() + " bytes in all)");
                    }
                }
                built[i] = builder.build(producer, i);
            }
        }
        return built;
    }

    static void release(Frame[] frames) {
        for (Frame frame : frames) {
            frame.release();
        }
    }
}

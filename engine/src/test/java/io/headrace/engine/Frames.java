package io.headrace.engine;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;

/** Frames of one event. */
public final class Frames {
    private Frames() {}

    public static Frame of(Map<String, String> shared, Map<String, String> own, byte[] body) {
        try (FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.of(shared));
            builder.add(Headers.of(own), body);
            return builder.build(new Producer(1), 0);
        }
    }
}

package io.headrace.engine.channel;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Compresses what goes to the channels of a source, and counts the bytes of frames before and after, of those that got
 * smaller. Safe for any thread.
 */
final class PutCompression {
    private final FrameCompressor compressor;
    private final Counter before;
    private final Counter after;

    PutCompression(FrameCompressor compressor, MetricGroup metrics) {
        this.compressor = compressor;
        this.before = metrics.counter("ByteBeforeCompressionCount");
        this.after = metrics.counter("ByteAfterCompressionCount");
    }

    /** What goes to the channels, with a reference that is the caller's. */
    Frame apply(Frame frame) {
        Frame made = compressor.compress(frame, PooledByteBufAllocator.DEFAULT);
        if (made != frame) {
            before.add(frame.length());
            after.add(made.length());
        }
        return made;
    }
}

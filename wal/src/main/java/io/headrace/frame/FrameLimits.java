package io.headrace.frame;

/**
 * When a builder closes a frame and what it refuses.
 *
 * @param maxEvents events in a frame ({@code batchSize})
 * @param frameBytes bytes of origin half and payload, which share one buffer, at which a frame is closed; above {@link
 *     FrameLayout#MAX_FRAME_BYTES} only to make one frame of one that exists, as an event of {@code maxEventBytes} would
 * @param maxEventBytes largest headers and body of one event
 */
public record FrameLimits(int maxEvents, int frameBytes, int maxEventBytes) {
    /** As many events as fit into 192 KiB, events of up to 16 MiB. */
    public static final FrameLimits DEFAULT =
            new FrameLimits(Integer.MAX_VALUE, FrameLayout.DEFAULT_FRAME_BYTES, FrameLayout.DEFAULT_MAX_EVENT_BYTES);

    public FrameLimits {
        if (maxEvents < 1) {
            throw new IllegalArgumentException("maxEvents: " + maxEvents + " (expected: >= 1)");
        }
        int largest = Math.max(FrameLayout.MAX_FRAME_BYTES, maxEventBytes);
        if (frameBytes < 1024 || frameBytes > largest) {
            throw new IllegalArgumentException("frameBytes: " + frameBytes + " (expected: 1024 to " + largest + ")");
        }
        if (maxEventBytes < 1 || maxEventBytes > 512 * 1024 * 1024) {
            throw new IllegalArgumentException("maxEventBytes: " + maxEventBytes + " (expected: 1 to 536870912)");
        }
    }
}

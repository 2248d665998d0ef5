package io.headrace.tools.bench;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Builds the frames of one producer as a source does: bodies are copied one by one, the checksum is computed. An event's
 * body is its number, the time its frame was due, and text of the letters of log lines that differs from event to event.
 * Owned by one thread.
 *
 * <pre>
 *   0   u64  number of the event in its producer
 *   8   u64  when the frame was due, {@link System#nanoTime()}
 *   16       text
 * </pre>
 */
final class FrameSource implements AutoCloseable {
    static final int NUMBER_AT = 0;
    static final int DUE_AT = 8;

    private static final int TEXT_BYTES = 1 << 20;
    private static final int DISTINCT = 4_093;
    private static final byte[] LETTERS = "etaoinshrdlu 0123456789 GET /index.html HTTP/1.1 \"200\" - - [21/Nov/2026]"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Producer producer;
    private final FrameBuilder builder;
    private final ByteBuffer bodies;
    private final int size;
    private final int frameEvents;
    private final int slots;
    private long frames;
    private long frameBytes;
    private long checksums;

    /**
     * @param producerId of all frames
     */
    FrameSource(BenchSettings settings, long producerId) {
        producer = new Producer(producerId);
        size = settings.size();
        frameEvents = settings.frameEvents();
        slots = Math.max(1, Math.min(DISTINCT, TEXT_BYTES / size));
        bodies = ByteBuffer.allocateDirect(slots * size).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(producerId);
        while (bodies.hasRemaining()) {
            bodies.put(LETTERS[random.nextInt(LETTERS.length)]);
        }
        FrameLimits limits = new FrameLimits(
                frameEvents, settings.frameBytes(), Math.max(size, FrameLimits.DEFAULT.maxEventBytes()));
        builder = new FrameBuilder(FramePool.shared(), limits);
    }

    /** Builds the next frame; the reference is the caller's. */
    Frame build(long dueNanos) {
        builder.begin(Headers.EMPTY);
        long number = producer.nextEventNumber();
        int slot = (int) (number % slots);
        for (int i = 0; i < frameEvents; i++) {
            int at = slot * size;
            bodies.putLong(at + NUMBER_AT, number + i);
            bodies.putLong(at + DUE_AT, dueNanos);
            if (!builder.add(bodies, at, size)) {
                throw new IllegalStateException("events in a frame: " + i + " (expected: " + frameEvents + ")");
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
        Frame frame = builder.build(producer, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
        frames++;
        frameBytes += frame.alignedLength();
        checksums += frame.checksum();
        return frame;
    }

    int frameEvents() {
        return frameEvents;
    }

    long frames() {
        return frames;
    }

    long frameBytes() {
        return frameBytes;
    }

    /** Checksums of all frames, added up. */
    long checksums() {
        return checksums;
    }

    @Override
    public void close() {
        builder.close();
    }
}

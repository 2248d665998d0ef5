package io.headrace.benchmarks;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Building, reading and checking frames on one thread; an operation is an event. */
@State(Scope.Thread)
public class FrameBenchmark extends AbstractHeadraceBenchmark {
    private static final int EVENTS = 500;

    @Param({"128", "200"})
    public int eventBytes;

    private GeneratedLines lines;
    private FrameBuilder builder;
    private FrameDecoder decoder;
    private Producer producer;
    private Frame frame;
    private ByteBuf received;
    private final EventCursor cursor = new EventCursor();
    private long expectedSum;

    private long encodes;
    private long walks;
    private long decodes;
    private long events;
    private long bodySum;
    private long checksums;

    @Setup
    public void build() {
        lines = new GeneratedLines(1, EVENTS, eventBytes);
        builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
        decoder = new FrameDecoder(FrameLayout.MAX_FRAME_BYTES);
        producer = new Producer(7);
        frame = buildFrame();
        received = Unpooled.directBuffer(frame.length()).writeBytes(frame.nioBuffer());
        for (int i = 0; i < EVENTS; i++) {
            expectedSum += lines.bytes().get(lines.offset(i)) + lines.length(i);
        }
    }

    @Setup(Level.Iteration)
    public void reset() {
        encodes = 0;
        walks = 0;
        decodes = 0;
        events = 0;
        bodySum = 0;
        checksums = 0;
    }

    /** Copies 500 bodies into a pooled frame and computes its checksum. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int encode() {
        Frame built = buildFrame();
        encodes++;
        events += built.eventCount();
        int checksum = built.checksum();
        built.release();
        return checksum;
    }

    /** Walks 500 events and touches each body. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long iterate() {
        cursor.wrap(frame);
        while (cursor.next()) {
            bodySum += cursor.buffer().getByte(cursor.bodyOffset()) + cursor.bodyLength();
            events++;
        }
        walks++;
        return bodySum;
    }

    /** Makes a frame of received bytes: checksum, headers and the structure of 500 events. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int decode() {
        Frame decoded = decoder.decodeUntrusted(received.retain(), received.capacity());
        decodes++;
        events += decoded.eventCount();
        checksums += decoded.checksum() == frame.checksum() ? 1 : 0;
        decoded.release();
        return decoded.references();
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("events", events);
        check("events", events, (encodes + walks + decodes) * EVENTS);
        check("sum over the bodies", bodySum, walks * expectedSum);
        check("checksums that agree", checksums, decodes);
    }

    @TearDown
    public void release() {
        check("references of the frame", frame.references(), 1);
        frame.release();
        check("references of what was received", received.refCnt(), 1);
        received.release();
        builder.close();
    }

    private Frame buildFrame() {
        builder.begin(Headers.EMPTY);
        for (int i = 0; i < EVENTS; i++) {
            builder.add(lines.bytes(), lines.offset(i), lines.length(i));
        }
        return builder.build(producer, 0);
    }
}

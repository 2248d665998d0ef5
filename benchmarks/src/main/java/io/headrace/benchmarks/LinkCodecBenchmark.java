package io.headrace.benchmarks;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.transport.link.LinkCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A DATA message of 16 frames as the sink {@code link} makes it (hop halves written, frames by reference) and as the source
 * takes it apart (lengths, checksums, the structure of every event), without a connection; an operation is a frame.
 */
@State(Scope.Thread)
public class LinkCodecBenchmark extends AbstractHeadraceBenchmark {
    private static final int FRAMES = 16;
    private static final int EVENT_BYTES = 200;

    /** Events in a frame: 2 KiB, 20 KiB, 100 KiB. */
    @Param({"10", "100", "500"})
    public int frameEvents;

    private final Consumer<ByteBuf> out = this::sent;
    private final Consumer<Frame> in = this::received;
    private Frame[] frames;
    private LinkCodec codec;
    private ByteBuf wire;
    private long messageBytes;
    private long messages;
    private long bytes;
    private long decoded;
    private long matches;

    @Setup
    public void record() {
        frames = Frames.build(1, FRAMES, frameEvents, EVENT_BYTES);
        codec = new LinkCodec(frames, FrameLayout.MAX_FRAME_BYTES);
        ByteBuf recorded = Unpooled.directBuffer();
        codec.encode(part -> {
            recorded.writeBytes(part);
            part.release();
        });
        wire = recorded;
        messageBytes = recorded.readableBytes();
    }

    @Setup(Level.Iteration)
    public void reset() {
        messages = 0;
        bytes = 0;
        decoded = 0;
        matches = 0;
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long encode() {
        codec.encode(out);
        messages++;
        return bytes;
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long decode() {
        codec.decode(wire.readerIndex(0), in);
        return matches;
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("messages and frames", messages + decoded);
        check("bytes encoded", bytes, messages * messageBytes);
        check("checksums that agree", matches, decoded);
        check("frames decoded, of a message", decoded % FRAMES, 0);
    }

    @TearDown
    public void release() {
        check("references of what was received", wire.refCnt(), 1);
        wire.release();
        for (Frame frame : frames) {
            check("references of a frame", frame.references(), 1);
        }
        Frames.release(frames);
    }

    private void sent(ByteBuf part) {
        bytes += part.readableBytes();
        part.release();
    }

    private void received(Frame frame) {
        matches += frame.checksum() == frames[(int) (decoded % FRAMES)].checksum() ? 1 : 0;
        decoded++;
        frame.release();
    }
}

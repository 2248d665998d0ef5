package io.headrace.transport.link.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Gives the processor away after each MiB that came over a connection, where the process has only one. What comes is taken
 * from memory by threads of their own, a channel's journal and sinks; while they wait for the system to take the processor
 * from the loop, some milliseconds, tens of megabytes come, and neither they nor the memory that the next frames are read
 * into are in the cache any more ({@code transport/PROTOCOL.md}, Decisions). Where somebody keeps the processor for longer
 * than such a turn needs, it is given away less often: what the system divides then is not to be left to others. Used on the
 * connection's event loop.
 */
final class TakingTurns extends ChannelInboundHandlerAdapter {
    /** What the second cache of the machine holds that was measured. */
    static final long LEAST_BYTES = 1024 * 1024;

    /** So rarely, some times a second at full rate, it costs nothing. */
    static final long MOST_BYTES = 1024 * LEAST_BYTES;

    /** Journal and sink need a tenth of it for a MiB. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final NanoClock clock;
    private final Runnable giveAway;
    private long turn = LEAST_BYTES;
    private long came;

    /** @param giveAway lets other threads run */
    TakingTurns(NanoClock clock, Runnable giveAway) {
        this.clock = clock;
        this.giveAway = giveAway;
    }

    /**
     * Adds it where it helps.
     *
     * @param processors of this process
     */
    static void addTo(ChannelPipeline pipeline, int processors, NanoClock clock) {
        if (processors == 1) {
            pipeline.addLast(new TakingTurns(clock, Thread::yield));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            came += bytes.readableBytes();
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // What came is put, and answers go, before others run.
        ctx.fireChannelReadComplete();
        if (came >= turn) {
            came = 0;
            long given = clock.nanoTime();
            giveAway.run();
            boolean kept = clock.nanoTime() - given > LONG_NANOS;
            turn = kept ? Math.min(MOST_BYTES, turn * 4) : Math.max(LEAST_BYTES, turn / 2);
        }
    }
}

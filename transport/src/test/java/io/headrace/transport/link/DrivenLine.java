package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;

/** One way of a line that takes so many bytes a second and brings them so much later, on a clock that the test moves. */
final class DrivenLine implements LinkOutput {
    /** As Netty's: an output is full above this. */
    private static final int FULL_BYTES = 64 * 1024;

    private record Piece(long dueNanos, ByteBuf bytes) {}

    private final ByteBufAllocator allocator;
    private final NanoClock clock;
    private final long delayNanos;
    private final ArrayDeque<ByteBuf> queued = new ArrayDeque<>();
    private final ArrayDeque<Piece> underWay = new ArrayDeque<>();
    private long unsent;
    private boolean closed;

    DrivenLine(ByteBufAllocator allocator, NanoClock clock, long delayNanos) {
        this.allocator = allocator;
        this.clock = clock;
        this.delayNanos = delayNanos;
    }

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public void write(ByteBuf bytes) {
        if (closed) {
            bytes.release();
        } else {
            unsent += bytes.readableBytes();
            queued.add(bytes);
        }
    }

    @Override
    public void flush() {
        // The line takes what is queued.
    }

    @Override
    public boolean isWritable() {
        return unsent < FULL_BYTES;
    }

    @Override
    public long unsent() {
        return unsent;
    }

    @Override
    public void close() {
        closed = true;
        queued.forEach(ByteBuf::release);
        queued.clear();
        underWay.forEach(piece -> piece.bytes().release());
        underWay.clear();
    }

    /** Takes up to so many bytes; returns how many it could not find. */
    int take(int most) {
        int left = most;
        while (left > 0 && !queued.isEmpty()) {
            ByteBuf head = queued.peek();
            int bytes = Math.min(left, head.readableBytes());
            underWay.add(new Piece(clock.nanoTime() + delayNanos, head.readRetainedSlice(bytes)));
            left -= bytes;
            if (!head.isReadable()) {
                queued.poll().release();
            }
        }
        unsent -= most - left;
        return left;
    }

    /** Hands over what is there by now; returns whether anything was. */
    boolean bring(Consumer<ByteBuf> to) {
        boolean came = false;
        while (!underWay.isEmpty() && underWay.peek().dueNanos() <= clock.nanoTime()) {
            came = true;
            to.accept(underWay.poll().bytes());
        }
        return came;
    }
}

package io.headrace.transport.chaos;

import io.headrace.transport.chaos.ChaosPlan.Strike;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** One direction of a connection: bytes come from one end, wait as long as they have to, and leave by the other. */
final class Way {
    private static final int MOST_WAITING = 4 * 1024 * 1024;
    private static final int TRICKLE_PIECE = 40;

    private final ChaosConnection connection;
    private final Channel from;
    private final Channel to;
    private final Deque<Strike> strikes;
    private final Line line;
    private final ArrayDeque<Piece> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long passed;
    private long stalledUntil;
    private long lineFreeAt;
    private long lastDue;
    private int delayMillis;
    private int trickleLeft;
    private boolean scheduled;
    private boolean pumping;
    private boolean sourceEnded;
    private boolean ended;

    private record Piece(ByteBuf bytes, long dueNanos) {}

    Way(ChaosConnection connection, Channel from, Channel to, Deque<Strike> strikes, Line line) {
        this.connection = connection;
        this.from = from;
        this.to = to;
        this.strikes = strikes;
        this.line = line;
        long now = System.nanoTime();
        this.stalledUntil = now;
        this.lineFreeAt = now;
        this.lastDue = now;
    }

    Channel from() {
        return from;
    }

    Channel to() {
        return to;
    }

    long waitingBytes() {
        return ended ? 0 : waitingBytes;
    }

    /** Takes over the reference. */
    void received(ByteBuf bytes) {
        if (ended || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        waiting.add(new Piece(bytes, dueOf(bytes.readableBytes())));
        waitingBytes += bytes.readableBytes();
        if (waitingBytes > mostWaiting()) {
            from.config().setAutoRead(false);
        }
        pump();
    }

    private long dueOf(int bytes) {
        long now = System.nanoTime();
        if (line.bytesPerSecond() > 0) {
            lineFreeAt = Math.max(now, lineFreeAt) + TimeUnit.SECONDS.toNanos(1) * (long) bytes / line.bytesPerSecond();
            now = lineFreeAt;
        }
        long late = delayMillis == 0 ? 0 : TimeUnit.MILLISECONDS.toNanos(delayMillis);
        lastDue = Math.max(lastDue, now + line.delayNanos() + late);
        return lastDue;
    }

    private long mostWaiting() {
        return Math.max(MOST_WAITING, line.mostWaiting());
    }

    /** Its source has no more; what waits still leaves. */
    void sourceEnded() {
        sourceEnded = true;
        pump();
    }

    /** Moves what may move now. */
    void pump() {
        if (!pumping) {
            // Writing tells at once that there is room again or not: no round within a round.
            pumping = true;
            try {
                pumpWaiting();
            } finally {
                pumping = false;
            }
        }
    }

    private void pumpWaiting() {
        while (!ended && !waiting.isEmpty()) {
            Piece head = waiting.peek();
            long wait = Math.max(stalledUntil, head.dueNanos()) - System.nanoTime();
            if (wait > 0) {
                schedule(wait);
                return;
            }
            if (!to.isWritable() && to.isActive()) {
                return;
            }
            pass(head);
        }
        if (!ended && sourceEnded) {
            end();
            connection.wayEnded(this);
        }
    }

    private void pass(Piece head) {
        ByteBuf bytes = head.bytes();
        int most = trickleLeft > 0 ? Math.min(bytes.readableBytes(), TRICKLE_PIECE) : bytes.readableBytes();
        Strike next = strikes.peek();
        boolean struck = next != null && next.at() < passed + most;
        if (struck) {
            most = (int) (next.at() - passed);
        }
        if (most > 0) {
            move(bytes, most);
        }
        if (struck) {
            strikes.poll();
            connection.strike(this, next);
        }
        if (!ended && !bytes.isReadable()) {
            waiting.remove(head);
            bytes.release();
        }
    }

    private void move(ByteBuf bytes, int count) {
        passed += count;
        trickleLeft -= Math.min(trickleLeft, count);
        left(count);
        to.writeAndFlush(bytes.readRetainedSlice(count));
    }

    private void left(int count) {
        waitingBytes -= count;
        if (waitingBytes < mostWaiting() / 2) {
            from.config().setAutoRead(true);
        }
    }

    private void schedule(long nanos) {
        if (!scheduled) {
            scheduled = true;
            connection
                    .loop()
                    .schedule(
                            () -> {
                                scheduled = false;
                                pump();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    // ---- faults

    void delay(int millis) {
        delayMillis = millis;
    }

    void trickle(int bytes) {
        trickleLeft = bytes;
    }

    void stall(int millis) {
        stalledUntil = Math.max(stalledUntil, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    void flip(int bit) {
        ByteBuf bytes = waiting.peek().bytes();
        int at = bytes.readerIndex();
        bytes.setByte(at, bytes.getByte(at) ^ 1 << bit);
    }

    void skip(int count) {
        ByteBuf bytes = waiting.peek().bytes();
        int skipped = Math.min(count, bytes.readableBytes());
        bytes.skipBytes(skipped);
        passed += skipped;
        left(skipped);
    }

    /** Nothing leaves any more: what waits is dropped, and what still comes. */
    void end() {
        ended = true;
        waiting.forEach(piece -> piece.bytes().release());
        waiting.clear();
        waitingBytes = 0;
        from.config().setAutoRead(true);
    }

    boolean isEnded() {
        return ended;
    }
}

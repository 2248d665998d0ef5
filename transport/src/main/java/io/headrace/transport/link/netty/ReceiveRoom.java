package io.headrace.transport.link.netty;

import io.headrace.transport.link.LinkReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;

/**
 * Where one connection reads into: the frame that is coming, when its receiver has room for it, so that the system writes
 * its bytes where they stay; otherwise buffers that grow with what comes. Not for connections with TLS, which read
 * something else than frames. One for each connection, used on its event loop.
 */
final class ReceiveRoom implements RecvByteBufAllocator {
    private static final int LEAST_READ = 4 * 1024;
    private static final int MOST_READ = 256 * 1024;

    private final RecvByteBufAllocator reads;
    private final Supplier<LinkReceiver> receiver;

    /**
     * @param reads says how often is read before others have their turn
     * @param receiver gives null until there is one
     */
    ReceiveRoom(RecvByteBufAllocator reads, Supplier<LinkReceiver> receiver) {
        this.reads = reads;
        this.receiver = receiver;
    }

    @Override
    @SuppressWarnings("deprecation") // the type that Netty's interface names; its channels want the extended one
    public Handle newHandle() {
        return new ToReceiver((ExtendedHandle) reads.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class ToReceiver extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle turns;
        private int expected = LEAST_READ;
        private int came;
        /** Whether this read was bounded by what was expected alone. */
        private boolean asExpected;
        /** Whether such a read filled its buffer, so that more may have been there. */
        private boolean full;

        ToReceiver(ExtendedHandle turns) {
            super(turns);
            this.turns = turns;
        }

        @Override
        public int guess() {
            return expected;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            LinkReceiver to = receiver.get();
            ByteBuf room = to == null ? null : to.room(expected);
            asExpected = room == null && (to == null || expected <= to.readAtMost());
            if (room != null) {
                return room;
            }
            return allocator.ioBuffer(asExpected ? expected : to.readAtMost());
        }

        @Override
        public void lastBytesRead(int bytes) {
            super.lastBytesRead(bytes);
            full |= asExpected && bytes == expected;
            came = Math.min(MOST_READ, came + Math.max(0, bytes));
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return turns.continueReading(maybeMore);
        }

        @Override
        public void readComplete() {
            super.readComplete();
            // A little more than came last, so that a read which brings the same again is seen to have brought all. It
            // grows quickly and shrinks slowly: what is read in pieces costs a turn of the loop for each.
            int wanted = Math.max(came + came / 8, full ? 2 * came : expected - expected / 8);
            expected = Math.max(LEAST_READ, Math.min(MOST_READ, wanted));
            came = 0;
            full = false;
        }
    }
}

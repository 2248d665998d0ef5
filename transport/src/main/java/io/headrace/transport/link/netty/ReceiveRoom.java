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
    private final RecvByteBufAllocator anywhere;
    private final Supplier<LinkReceiver> receiver;

    /**
     * @param anywhere makes the other buffers
     * @param receiver gives null until there is one
     */
    ReceiveRoom(RecvByteBufAllocator anywhere, Supplier<LinkReceiver> receiver) {
        this.anywhere = anywhere;
        this.receiver = receiver;
    }

    @Override
    @SuppressWarnings("deprecation") // the type that Netty's interface names; its channels want the extended one
    public Handle newHandle() {
        return new ToReceiver((ExtendedHandle) anywhere.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class ToReceiver extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle otherwise;

        ToReceiver(ExtendedHandle otherwise) {
            super(otherwise);
            this.otherwise = otherwise;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            LinkReceiver to = receiver.get();
            ByteBuf room = to == null ? null : to.room(otherwise.guess());
            if (room != null) {
                return room;
            }
            int most = to == null ? Integer.MAX_VALUE : to.readAtMost();
            return allocator.ioBuffer(Math.min(otherwise.guess(), most));
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return otherwise.continueReading(maybeMore);
        }
    }
}

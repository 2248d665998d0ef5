package io.headrace.transport.link.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks whether a connection begins as TLS does (RFC 8446, 5.1: type handshake, version 3.x) and whether it should. If it is as it
 * should be, this handler leaves; if not, it tells so and drops whatever comes.
 */
final class FirstBytes extends ByteToMessageDecoder {
    private static final int HANDSHAKE = 22;
    private static final int MAJOR_VERSION = 3;

    private final boolean expectsTls;
    private final Consumer<ByteBuf> otherwise;
    private boolean refused;

    /** @param otherwise told what came when it is not as expected; answers and closes */
    FirstBytes(boolean expectsTls, Consumer<ByteBuf> otherwise) {
        this.expectsTls = expectsTls;
        this.otherwise = otherwise;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else if (in.readableBytes() >= 2) {
            int begin = in.readerIndex();
            boolean isTls = in.getByte(begin) == HANDSHAKE && in.getByte(begin + 1) == MAJOR_VERSION;
            if (isTls == expectsTls) {
                ctx.pipeline().remove(this);
            } else {
                refused = true;
                otherwise.accept(in);
                in.skipBytes(in.readableBytes());
            }
        }
    }
}

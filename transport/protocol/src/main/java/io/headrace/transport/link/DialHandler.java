package io.headrace.transport.link;

import io.netty.buffer.ByteBuf;

/** Who asked for a connection and is told what becomes of it; called by the thread that drives it. */
public interface DialHandler {
    /** A connection was made. */
    void connected(LinkOutput connection);

    /** No connection could be made. */
    void dialFailed(String why);

    /** Bytes came; the reference is taken over. */
    void received(LinkOutput connection, ByteBuf bytes);

    /** The connection is gone. */
    void disconnected(LinkOutput connection, String why);
}

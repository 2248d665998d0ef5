package io.headrace.transport.net;

import io.headrace.transport.link.DialHandler;
import io.headrace.transport.link.LinkOutput;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Queue;

/** Writes down what a sender is told, and whether that was on its loop. */
final class ToldOnLoop implements DialHandler {
    private final EventLoop loop;
    private final Queue<String> told;

    /** @param told for any thread */
    ToldOnLoop(EventLoop loop, Queue<String> told) {
        this.loop = loop;
        this.told = told;
    }

    @Override
    public void connected(LinkOutput connection) {
        tell("connected");
    }

    @Override
    public void dialFailed(String why) {
        tell("failed: " + why);
    }

    @Override
    public void received(LinkOutput connection, ByteBuf bytes) {
        bytes.release();
        tell("received");
    }

    @Override
    public void disconnected(LinkOutput connection, String why) {
        tell("disconnected: " + why);
    }

    private void tell(String what) {
        told.add(loop.inEventLoop() ? what : "not on its loop: " + what);
    }
}

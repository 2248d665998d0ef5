package io.headrace.engine.channel;

import io.headrace.frame.Frame;

/** A place of the ring: a frame between its publication and its lease. Written by the producer that claimed it. */
final class Slot {
    Frame frame;
    ChannelInput input;
    long position;
    int events;
    int charge;
    boolean control;
    long publishedNanos;

    void set(Frame newFrame, ChannelInput newInput, long newPosition, boolean isControl, long nowNanos) {
        frame = newFrame;
        input = newInput;
        position = newPosition;
        events = newFrame.eventCount();
        charge = newFrame.pinnedBytes();
        control = isControl;
        publishedNanos = nowNanos;
    }

    void clear() {
        frame = null;
        input = null;
    }
}

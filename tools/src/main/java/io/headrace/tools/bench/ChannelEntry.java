package io.headrace.tools.bench;

import io.headrace.frame.Frame;

/** Puts one producer's frames into a channel. */
record ChannelEntry(BoundedPuts puts) implements Course.Entry {
    @Override
    public void put(Frame frame, long dueNanos) throws InterruptedException {
        puts.put(frame);
    }

    @Override
    public void close() {
        puts.close();
    }
}

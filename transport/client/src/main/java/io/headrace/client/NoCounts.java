package io.headrace.client;

import io.headrace.transport.link.LinkSenderCounts;

/** The client counts events where they pass; what a connection does is told in the log. */
enum NoCounts implements LinkSenderCounts {
    INSTANCE;

    @Override
    public void connectionCreated() {}

    @Override
    public void connectionFailed() {}

    @Override
    public void connectionClosed() {}

    @Override
    public void foundNothing() {}

    @Override
    public void leased(int events, int most) {}

    @Override
    public void delivered(int events) {}

    @Override
    public void frameSent(int bytes, boolean again) {}

    @Override
    public void frameKept() {}

    @Override
    public void frameMade(boolean inflated) {}

    @Override
    public void sentFromLog(long bytes) {}

    @Override
    public void ackReceived() {}

    @Override
    public void framesAcknowledged(long frames) {}

    @Override
    public void acknowledgedAfter(long micros) {}

    @Override
    public void rejected() {}

    @Override
    public void creditGone() {}
}

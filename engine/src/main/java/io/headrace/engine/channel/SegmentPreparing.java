package io.headrace.engine.channel;

import io.headrace.wal.SegmentPreparer;

/** Runs a log's preparer, and tells the journal when it waits for a segment. What an error ends fails the channel. */
final class SegmentPreparing implements DutyCycle {
    private final DualChannel channel;
    private final SegmentPreparer preparer;

    SegmentPreparing(DualChannel channel, SegmentPreparer preparer) {
        this.channel = channel;
        this.preparer = preparer;
    }

    @Override
    public String roleName() {
        return "channel-" + channel.name() + "-preparer";
    }

    @Override
    public int doWork() {
        try {
            int work = preparer.doWork();
            if (work > 0 && channel.admission().isLogBlocked()) {
                channel.wakeJournal();
            }
            return work;
        } catch (RuntimeException | Error e) {
            // The journal would wait for segments that nobody prepares.
            channel.fail(e);
            throw e;
        }
    }

    @Override
    public long nanosUntilDue() {
        long nanos = preparer.nanosToNextWork();
        return nanos < 0 ? Long.MAX_VALUE : nanos;
    }
}
